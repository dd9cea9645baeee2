#include "sigstore/services/called_service.h"

#include <utility>

#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

std::string who(const CalledService& service) { return service.name + " at " + display_text(service.url); }

// Retry-After in seconds (RFC 9110 §10.2.3); a date in it would be by the service's clock and is left alone.
std::string remedy_for(const HttpResponse& response, bool unavailable) {
  constexpr std::size_t kDigits = 5;  // a day has five
  constexpr long kFirstRedirect = 300;
  constexpr long kFirstClientError = 400;
  if (response.status >= kFirstRedirect && response.status < kFirstClientError) {
    return "redirects are never followed: name the service's own address in the signing config";
  }
  if (!unavailable) return "read what it says: its rules, the identity or the instance do not fit the request";
  const std::string after = response.header("retry-after");
  const bool seconds =
      !after.empty() && after.size() <= kDigits && after.find_first_not_of("0123456789") == std::string::npos;
  return seconds ? "it asks for " + after + " s of rest: try again then" : "try again later";
}

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
          .remedy = remedy_for(response, unavailable)};
}

Error error_of_answer(const CalledService& service, std::string_view why) {
  return {.code = service.refused,
          .what = who(service) + ": its reply " + std::string(why),
          .remedy = "nothing of it was used: ask again later, and tell the operator of the service if it stays so"};
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
