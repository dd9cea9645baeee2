#include "sigstore/services/called_service.h"

#include <utility>

#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

std::string who(const CalledService& service) { return service.name + " at " + display_text(service.url); }

bool repeats(std::string_view text, std::string_view token) {
  constexpr std::size_t kRow = 16;  // far less than any signature has, and more than chance gives
  for (std::size_t i = 0; i + kRow <= text.size(); ++i) {
    if (token.find(text.substr(i, kRow)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Awaitable<Result<HttpResponse>> call_service(HttpTransport& transport, const CalledService& service,
                                             HttpRequest request, Deadline deadline) {
  auto response = co_await transport.send(std::move(request), deadline);
  if (response) co_return response;
  Error error = std::move(response.error());
  if (error.code == ErrorCode::IssuerUnavailable) error.code = service.unavailable;
  if (error.code == ErrorCode::LimitExceeded) error.code = service.refused;
  error.what = who(service) + ": " + error.what;
  co_return fail(std::move(error));
}

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

Error error_of_reply(const CalledService& service, const HttpResponse& response) {
  const bool unavailable = response.status == 429 || response.status >= 500;
  const std::string reason = reason_in(response);
  return {.code = unavailable ? service.unavailable : service.refused,
          .what = who(service) + " answered with status " + std::to_string(response.status) +
                  (reason.empty() ? "" : ": " + display_text(reason)),
          .remedy = unavailable ? "try again later" : ""};
}

Error error_of_answer(const CalledService& service, std::string_view why) {
  return {.code = service.refused, .what = who(service) + ": its reply " + std::string(why)};
}

std::string reason_in(const HttpResponse& response) {
  constexpr json::ReadLimits kLimits{.bytes = std::size_t{16} * 1024, .depth = 8, .values = 200};
  if (response.header("content-type").starts_with("text/plain")) return std::string(text_of(response.body));
  const auto value = json::parse(text_of(response.body), kLimits);
  if (!value) return {};
  json::Fields fields(*value, "error", json::UnknownFields::Tolerate);
  return fields.optional_text("message").value_or("");
}

Error without_token(Error error, const Secret& token) {
  constexpr std::string_view kWithheld = "a message that repeats the ID token is not shown";
  const auto withhold = [&](std::string& text) {
    if (repeats(text, token.reveal())) text = kWithheld;
  };
  withhold(error.what);
  withhold(error.remedy);
  for (std::string& step : error.context) withhold(step);
  return error;
}

std::string url_under(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + "/" + std::string(path);
}

}  // namespace signet::sigstore
