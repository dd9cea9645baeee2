// libcurl's multi interface driven by the event loop: it says which descriptors and which timer it waits for.
#pragma once

#include <map>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "sigstore/services/curl_handles.h"
#include "sigstore/services/curl_transfer.h"

namespace signet::sigstore {

/// Belongs to one thread or strand. A transfer that was added must be removed before it goes.
class CurlEngine : public std::enable_shared_from_this<CurlEngine> {
 public:
  explicit CurlEngine(boost::asio::any_io_executor executor);
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
  [[nodiscard]] bool add(CurlTransfer& transfer);
  void remove(CurlTransfer& transfer);

 private:
  struct Watch;
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);
  [[nodiscard]] bool watch(curl_socket_t fd, int what);
  void arm(const std::shared_ptr<Watch>& watched);
  void wait(const std::shared_ptr<Watch>& watched, bool write);
  void act(curl_socket_t fd, int events);

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::map<CURL*, CurlTransfer*> transfers_;
  CurlMulti multi_;
};

}  // namespace signet::sigstore
