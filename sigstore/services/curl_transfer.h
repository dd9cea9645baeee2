// One request on its way through libcurl: its handle, its reply so far, and how it ended.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/curl_handles.h"
#include "sigstore/services/service_url.h"
#include "sigstore/services/transport.h"

namespace signet::sigstore {

/// Wipes the list, which may hold a bearer token, and frees it.
void free_header_list(curl_slist* list);

/// Its address is known to libcurl: it never moves. The request is wiped when it goes.
class CurlTransfer {
 public:
  CurlTransfer(const boost::asio::any_io_executor& executor, HttpRequest request, Deadline deadline);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Sets the handle up.
  ///
  /// @error InvalidRequest  the URL is not allowed, or a header holds a line end
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  /// Expires at the deadline; cancelled when the transfer has ended.
  [[nodiscard]] boost::asio::steady_timer& done() { return done_; }
  void end(CURLcode result);

  /// @param cancelled  the coroutine was cancelled, where the transfer has not ended by itself
  [[nodiscard]] Result<HttpResponse> outcome(bool cancelled);

 private:
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  [[nodiscard]] bool add_headers();
  [[nodiscard]] bool set_options();
  [[nodiscard]] std::string reason() const;

  HttpRequest request_;
  HttpResponse response_;
  ServiceTarget target_;
  CurlEasy easy_;
  std::unique_ptr<curl_slist, CurlCleanup<free_header_list>> headers_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  std::size_t header_bytes_ = 0;
  bool too_long_ = false;
  std::optional<CURLcode> result_;
  boost::asio::steady_timer done_;
};

}  // namespace signet::sigstore
