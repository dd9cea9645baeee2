#include "tests/unit/services/with_sandbox.h"

#include <cstdlib>
#include <utility>

namespace signet::test {

Awaitable<Result<sigstore::HttpResponse>> AlteredTransport::send(sigstore::HttpRequest request, Deadline deadline) {
  const std::string url = request.url;
  auto response = co_await real_.send(std::move(request), deadline);
  if (response && alter_) alter_(url, *response);
  co_return response;
}

WithSandbox::WithSandbox(const sandbox::Offer& offer)
    : curl_(sigstore::make_curl_transport(loop_.get_executor())), transport_(*curl_) {
  auto started = sandbox::BackgroundSandbox::start(folder_.path(), nullptr, offer);
  if (!started) std::abort();
  sandbox_ = std::move(*started);
  urls_ = sandbox_->facts().endpoints();
  auto root = sigstore::parse_trusted_root(sandbox_->facts().trusted_root());
  if (!root) std::abort();
  root_ = std::move(*root);
}

void WithSandbox::fault(sandbox::Service service, std::string_view mode, std::optional<std::int64_t> count) {
  auto fault = sandbox::parse_fault(service, mode);
  ASSERT_TRUE(fault.has_value()) << fault.error().sentence();
  sandbox_->faults().set(service, std::move(*fault), count);
}

std::int64_t WithSandbox::requests(sandbox::Service service) {
  return sandbox_->counters().requests.at(static_cast<std::size_t>(service));
}

Deadline patience_for(std::string_view mode) {
  return Deadline::after(mode == "hang" ? std::chrono::milliseconds(150) : std::chrono::seconds(20));
}

}  // namespace signet::test
