#include "sandbox/sandbox.h"

#include <boost/asio/io_context.hpp>

#include "sandbox/background.h"
#include "sandbox/http_server.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

using SandboxAsAWhole = OpenedSandbox;

TEST_F(SandboxAsAWhole, IsAnotherInstanceInAnotherFolder) {
  const auto other = Sandbox::open(folder_ / "other", clock_);
  ASSERT_TRUE(other.has_value()) << other.error().sentence();
  EXPECT_NE((*other)->trusted_root(), sandbox_->trusted_root());
  EXPECT_FALSE((*other)->state().logs[0].public_key() == sandbox_->state().logs[0].public_key());
}

TEST_F(SandboxAsAWhole, IsTheOnlyOneInItsFolder) {
  test::expect_refusal(Sandbox::open(folder_ / "d", clock_), ErrorCode::InvalidRequest, "another sandbox uses");
  sandbox_.reset();
  EXPECT_TRUE(Sandbox::open(folder_ / "d", clock_).has_value());
}

TEST_F(SandboxAsAWhole, ListensOnNoPortWhereOneIsTaken) {
  boost::asio::io_context loop{1};
  const HttpHandler nothing = [](const HttpCall&) -> Awaitable<HttpReply> { co_return HttpReply(); };
  const Ports ports = sandbox_->state().ports;
  auto taken = HttpServer::listen(loop.get_executor(), ports.control, nothing);  // the last that it asks for
  ASSERT_TRUE(taken.has_value()) << taken.error().sentence();
  test::expect_refusal(sandbox_->serve(loop.get_executor()), ErrorCode::InvalidRequest,
                       "127.0.0.1:" + std::to_string(ports.control));
  for (const std::uint16_t port : {ports.issuer, ports.ca, ports.log, ports.tsa}) {
    EXPECT_TRUE(HttpServer::listen(loop.get_executor(), port, nothing).has_value()) << port;
  }
  taken = fail(ErrorCode::Bug, "closed");
  EXPECT_TRUE(sandbox_->serve(loop.get_executor()).has_value());
  sandbox_->close();  // before the loop goes
}

TEST_F(SandboxAsAWhole, IsMadeWholeAgainWhereAFirstStartWasCutShort) {
  const auto root = sandbox_->state().ca.root.certificate;
  sandbox_.reset();
  for (const char* file : {"secret", "ports.json", "certificates/ca-intermediate.pem", "trusted_root.json", "env"}) {
    std::filesystem::remove(folder_ / "d" / file);
  }
  const auto again = Sandbox::open(folder_ / "d", clock_);
  ASSERT_TRUE(again.has_value()) << again.error().sentence();
  EXPECT_EQ((*again)->state().ca.root.certificate, root);
  EXPECT_FALSE((*again)->state().secret.empty());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "d/trusted_root.json"));
}

TEST_F(SandboxAsAWhole, KeepsADamagedKeyInPlaceAndNamesIt) {
  sandbox_.reset();
  ASSERT_EQ(::truncate((folder_ / "d/keys/log.pem").c_str(), 10), 0);
  const auto refused = Sandbox::open(folder_ / "d", clock_);
  test::expect_refusal(refused, ErrorCode::InvalidRequest, "not a P-256 private key");
  EXPECT_NE(refused.error().sentence().find("log.pem"), std::string::npos);
}

TEST(SandboxInTheBackground, ServesAndLetsATestIn) {
  const test::TemporaryFolder folder;
  auto started = BackgroundSandbox::start(folder / "d");
  ASSERT_TRUE(started.has_value()) << started.error().sentence();
  std::uint64_t size = 0;
  (*started)->with([&](Sandbox& all) { size = all.rekor_log().size(); });
  EXPECT_EQ(size, 1U);
  started->reset();
  EXPECT_TRUE(BackgroundSandbox::start(folder / "d").has_value()) << "on the same ports";
}

}  // namespace
}  // namespace signet::sandbox
