#include "sigstore/services/tuf_fetch.h"

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "common/awaitable.h"
#include "common/display.h"
#include "sigstore/services/called_service.h"
#include "sigstore/services/transport.h"

namespace signet::sigstore {
namespace {

namespace asio = boost::asio;

constexpr long kOk = 200;
constexpr long kForbidden = 403;  // what object stores say of a file that is not there
constexpr long kNotFound = 404;

struct Line {
  asio::io_context loop;
  std::unique_ptr<HttpTransport> http = make_curl_transport(loop.get_executor());
  std::optional<Deadline> last{};  ///< of all files, from the first request on
};

Awaitable<void> send(Line& line, HttpRequest request, Deadline deadline, std::optional<Result<HttpResponse>>& reply) {
  reply.emplace(co_await line.http->send(std::move(request), deadline));
}

Result<HttpResponse> get(Line& line, const std::string& url, std::size_t limit, Deadline deadline) {
  HttpRequest request{.url = url, .max_reply = limit};
  std::optional<Result<HttpResponse>> reply;
  asio::co_spawn(line.loop, send(line, std::move(request), deadline, reply),
                 [&line](const std::exception_ptr&) { line.loop.stop(); });
  line.loop.restart();
  line.loop.run();
  if (reply) return std::move(*reply);
  return fail(ErrorCode::Bug, "the request for " + url + " ended without an answer");
}

Error as_of_repository(Error error) {
  if (error.code == ErrorCode::LimitExceeded) error.code = ErrorCode::NotVerified;
  if (error.code == ErrorCode::IssuerUnavailable || error.code == ErrorCode::Deadline) {
    error.code = ErrorCode::RepositoryUnavailable;
  }
  return error;
}

Error too_slow(const std::string& url) {
  return {.code = ErrorCode::RepositoryUnavailable,
          .what = "the TUF repository is too slow: the time for all of its files was over at " + display_text(url),
          .remedy = "try again later: what was received is kept",
          .context = {}};
}

}  // namespace

tuf::Fetch fetch_over_http(std::chrono::milliseconds per_file, std::chrono::milliseconds in_all) {
  auto line = std::make_shared<Line>();
  return [line, per_file, in_all](const std::string& url, std::size_t limit) -> Result<std::optional<std::string>> {
    if (!line->last) line->last = Deadline::after(in_all);
    if (line->last->passed()) return fail(too_slow(url));
    const auto reply = get(*line, url, limit, line->last->within(per_file));
    if (!reply && line->last->passed()) return fail(too_slow(url));
    if (!reply) return fail(as_of_repository(reply.error()));
    if (reply->status == kNotFound || reply->status == kForbidden) return std::nullopt;
    if (reply->status == kOk) return std::string(text_of(reply->body));
    return fail(error_of_reply({.name = "the TUF repository",
                                .url = url,
                                .unavailable = ErrorCode::RepositoryUnavailable,
                                .refused = ErrorCode::RepositoryUnavailable},
                               *reply));
  };
}

}  // namespace signet::sigstore
