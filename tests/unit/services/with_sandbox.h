// The sandbox's real services for one test, and a transport to ask them with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "sandbox/background.h"
#include "sigstore/services/transport.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/services/awaited.h"

namespace signet::test {

/// Hands every reply to a test, which may change it on its way.
class AlteredTransport final : public sigstore::HttpTransport {
 public:
  using Alter = std::function<void(const std::string& url, sigstore::HttpResponse& response)>;
  explicit AlteredTransport(sigstore::HttpTransport& real) : real_(real) {}
  void alter(Alter alter) { alter_ = std::move(alter); }
  Awaitable<Result<sigstore::HttpResponse>> send(sigstore::HttpRequest request, Deadline deadline) override;

 private:
  sigstore::HttpTransport& real_;
  Alter alter_;
};

class WithSandbox : public testing::Test {
 protected:
  explicit WithSandbox(const sandbox::Offer& offer = {});

  void fault(sandbox::Service service, std::string_view mode, std::optional<std::int64_t> count = {});
  [[nodiscard]] std::int64_t requests(sandbox::Service service);

  template <typename T>
  T await(Awaitable<T> work) {
    return await_on(loop_, std::move(work));
  }

  TemporaryFolder folder_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<sandbox::BackgroundSandbox> sandbox_;
  std::unique_ptr<sigstore::HttpTransport> curl_;
  AlteredTransport transport_;
  sandbox::Endpoints urls_;
  sigstore::TrustedRoot root_;
};

/// Short for services that hang, long for all others.
[[nodiscard]] Deadline patience_for(std::string_view mode);

/// Every failure of a service has its own code, and the service's name and place in the message.
template <typename T>
void expect_error(const Result<T>& result, ErrorCode code, const std::string& url, std::string_view part) {
  ASSERT_FALSE(result.has_value()) << part;
  EXPECT_EQ(result.error().code, code) << result.error().sentence();
  EXPECT_THAT(result.error().what, testing::HasSubstr(" at " + url));
  EXPECT_THAT(result.error().sentence(), testing::HasSubstr(std::string(part)));
}

}  // namespace signet::test
