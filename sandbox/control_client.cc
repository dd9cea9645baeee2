#include "sandbox/control_client.h"

#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/services/transport.h"

namespace signet::sandbox {
namespace {

constexpr std::chrono::seconds kPatience{10};

Result<sigstore::HttpResponse> ask(const Access& access, std::string method, std::string_view path, std::string body) {
  boost::asio::io_context loop{1};
  const auto transport = sigstore::make_curl_transport(loop.get_executor());
  sigstore::HttpRequest request{.method = std::move(method),
                                .url = endpoints_of(access.ports).control + std::string(path),
                                .headers = {{"authorization", "Bearer " + std::string(access.secret.reveal())}},
                                .body = to_bytes(body)};
  Result<sigstore::HttpResponse> result = fail(ErrorCode::Bug, "the request was never sent");
  boost::asio::co_spawn(
      loop,
      [&]() -> Awaitable<void> { result = co_await transport->send(std::move(request), Deadline::after(kPatience)); },
      boost::asio::detached);
  loop.run();
  if (!result) result.error().remedy = "start it: signet-sandbox serve --dir D";
  return result;
}

/// The sandbox's own words about a refusal.
Error error_of(const sigstore::HttpResponse& response) {
  Error error{.code = ErrorCode::InvalidRequest, .what = "the sandbox answered " + std::to_string(response.status)};
  const auto value = json::parse(text_of(response.body));
  if (!value) return error;
  json::Fields fields(*value, "answer", json::UnknownFields::Tolerate);
  if (const auto what = fields.optional_text("error")) error.what = display_text(*what);
  if (const auto remedy = fields.optional_text("remedy")) error.remedy = display_text(*remedy, 400);
  return error;
}

}  // namespace

Result<void> ask_for_fault(const Access& access, std::string_view service, std::string_view mode,
                           std::optional<std::int64_t> count) {
  json::Object body{{"service", service}, {"mode", mode}};
  if (count) body.set("count", *count);
  const auto response = ask(access, "POST", "/fault", json::write(body));
  if (!response) return fail(response.error());
  if (response->status != 200) return fail(error_of(*response));
  return {};
}

Result<std::string> ask_for_counters(const Access& access) {
  const auto response = ask(access, "GET", "/counters", {});
  if (!response) return fail(response.error());
  if (response->status != 200) return fail(error_of(*response));
  return std::string(text_of(response->body));
}

}  // namespace signet::sandbox
