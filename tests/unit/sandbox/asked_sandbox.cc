#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {

using sigstore::HttpRequest;
using sigstore::HttpResponse;

HttpResponse AskedSandbox::ask(std::string_view method, const std::string& url, std::string_view body,
                               Headers headers) {
  HttpRequest request{.method = std::string(method), .url = url, .headers = std::move(headers), .body = to_bytes(body)};
  auto response = await(transport_.send(std::move(request), Deadline::after(std::chrono::seconds(20))));
  if (response) return std::move(*response);
  ADD_FAILURE() << url << ": " << response.error().sentence();
  return {};
}

std::string AskedSandbox::trouble(const std::string& url, std::string_view body, Deadline deadline) {
  HttpRequest request{.method = "POST", .url = url, .headers = {}, .body = to_bytes(body)};
  const auto response = await(transport_.send(std::move(request), deadline));
  return response ? "status " + std::to_string(response->status) : response.error().sentence();
}

std::string AskedSandbox::mint(const TokenOptions& options) {
  std::string token;
  sandbox_->with([&](Sandbox& all) { token = all.oidc_issuer().mint(options, SystemClock().now()).reveal(); });
  return token;
}

AskedSandbox::Headers AskedSandbox::with_secret() const {
  return {{"Authorization", "Bearer " + std::string(sandbox_->facts().state().secret.reveal())}};
}

std::int64_t AskedSandbox::counted(const std::atomic<std::int64_t> Counters::* counter) {
  return (sandbox_->counters().*counter).load();
}

}  // namespace signet::sandbox
