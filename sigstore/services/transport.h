// HTTP on the event loop: one interface, implemented by libcurl's multi interface and, in tests, by something that
// breaks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::sigstore {

/// The body and the values of headers are wiped when the transfer ends.
struct HttpRequest {
  std::string method = "GET";  ///< GET or POST
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  Bytes body{};
  std::size_t max_reply = std::size_t{1} * 1024 * 1024;  ///< a longer body is an error
};

struct HttpResponse {
  long status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
  Bytes body{};
  /// The first header of that name (lower case), or an empty text.
  [[nodiscard]] std::string header(std::string_view name) const;
};

class HttpTransport {
 public:
  HttpTransport() = default;
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;
  virtual ~HttpTransport() = default;

  /// Sends one request and reads the whole reply, whatever its status. Redirects are not followed.
  ///
  /// Nothing is repeated, with one exception that HTTP allows (RFC 9112 §9.3.1): a kept connection that the server
  /// closed before it read anything is replaced by a new one. Cancelling the coroutine takes the transfer back.
  /// @error InvalidRequest    the URL is not allowed (read_service_url()), or a header holds a line end
  /// @error LimitExceeded     the reply is longer than max_reply
  /// @error Cancelled         the coroutine was cancelled
  /// @error Deadline          no whole reply in time
  /// @error CaUnavailable     never from here: callers map `Deadline` and `IssuerUnavailable` to their own service
  /// @error IssuerUnavailable no connection, TLS failure, broken reply; the message names host and reason, never the
  /// body or headers
  virtual Awaitable<Result<HttpResponse>> send(HttpRequest request, Deadline deadline) = 0;
};

/// libcurl's multi interface. All transfers of one instance share connections. No proxy for loopback, TLS 1.2 or later.
///
/// @param executor  of one thread, or a strand; send() is awaited on it
[[nodiscard]] std::unique_ptr<HttpTransport> make_curl_transport(boost::asio::any_io_executor executor);

/// The version of the libcurl that was loaded: "7.88.1".
[[nodiscard]] std::string curl_library_version();

}  // namespace signet::sigstore
