// A small HTTP/1.1 server on a port of 127.0.0.1: whole requests in, whole replies out.
//
// Belongs to one thread, the one that runs its executor. Handlers are coroutines and may take their time: connections
// do not wait for each other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"

namespace signet::sandbox {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
  std::string method;
  std::string path;     ///< without the query
  std::string query;    ///< what follows '?'
  HttpHeaders headers;  ///< names in lower case
  std::string body;
  /// The first header of that name (lower case), or an empty text.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpReply {
  enum class Form : std::uint8_t {
    Whole,
    Lost,   ///< the connection is closed where the reply should come
    Never,  ///< nothing is sent for as long as the client waits
  };
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body{};
  HttpHeaders headers{};
  Form form = Form::Whole;
};

using HttpHandler = std::function<Awaitable<HttpReply>(const HttpCall& call)>;
/// Asked for each new connection; true: it is closed at once.
using RefuseConnection = std::function<bool()>;

/// What a client may take of the server. A connection that goes beyond is told so where HTTP has a status for it, and
/// closed.
struct HttpLimits {
  std::size_t body = std::size_t{4} * 1024 * 1024;  ///< of a request: as Fulcio's and Rekor's (413)
  std::uint32_t header = 64 * 1024;                 ///< all of them together (431)
  std::size_t connections = 1024;                   ///< at a time; the next is closed unheard
  /// For the next request on a kept connection, for a whole request once it has begun, and for taking a reply.
  std::chrono::milliseconds patience = std::chrono::seconds(60);
};

class HttpServer {
 public:
  /// Listens from here on. What is not HTTP is answered with 400, and its connection closed.
  ///
  /// @param executor  its context must outlive the server
  /// @param port      0: one that is free
  /// @error InvalidRequest  the port is taken; the message names it
  [[nodiscard]] static Result<HttpServer> listen(boost::asio::any_io_executor executor, std::uint16_t port,
                                                 HttpHandler handler, RefuseConnection refuse = {},
                                                 HttpLimits limits = {});

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Closes the port and all connections.
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace signet::sandbox
