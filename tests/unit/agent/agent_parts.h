// The parts of an agent on one loop, each the real one: a SoftHSM token behind signet-token, the sandbox's services
// over HTTP, an audit log. Tests take hold of what lies between them: the clock and the transport.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agent/audit/audit_log.h"
#include "agent/flow/certificates.h"
#include "agent/flow/signing.h"
#include "agent/loop/bell.h"
#include "agent/policy/policy.h"
#include "agent/store/instances.h"
#include "agent/store/logins.h"
#include "agent/tokens/tokens.h"
#include "sandbox/background.h"
#include "sigstore/services/transport.h"
#include "tests/support/softhsm.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {

/// The machine's clock, moved by a test; read by several threads.
class MovedClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override { return real_.now() + std::chrono::seconds(moved_.load()); }
  void move(std::chrono::seconds span) { moved_ += span.count(); }

 private:
  SystemClock real_;
  std::atomic<std::int64_t> moved_{0};
};

/// Hands requests on to libcurl; a test may hold them back, and sees them before they go.
class GatedTransport final : public sigstore::HttpTransport {
 public:
  explicit GatedTransport(const boost::asio::any_io_executor& executor)
      : real_(sigstore::make_curl_transport(executor)), opened_(executor) {}
  Awaitable<Result<sigstore::HttpResponse>> send(sigstore::HttpRequest request, Deadline deadline) override;

  void hold() { open_ = false; }
  void release();
  /// Requests that wait at the gate.
  [[nodiscard]] int waiting() const { return waiting_; }
  /// Called with the URL of each request when it goes.
  void on_request(std::function<void(const std::string& url)> hook) { hook_ = std::move(hook); }

 private:
  std::unique_ptr<sigstore::HttpTransport> real_;
  Bell opened_;
  bool open_ = true;
  int waiting_ = 0;
  std::function<void(const std::string&)> hook_;
};

class AgentParts : public ::testing::Test {
 protected:
  static constexpr std::string_view kSan = "maintainer@example.test";

  AgentParts();
  ~AgentParts() override;

  template <typename T>
  T await(Awaitable<T> work, boost::asio::cancellation_signal* cancel = nullptr) {
    return test::await_on(loop_, std::move(work), cancel);
  }
  /// Lets everything go on until it is so; false where it does not become so.
  [[nodiscard]] bool becomes(const std::function<bool()>& condition);

  [[nodiscard]] config::Identity& identity() { return configuration_.identities.at("maintainer"); }
  [[nodiscard]] protocol::Peer owner() const;
  [[nodiscard]] Approval approval(std::span<const Item> items, protocol::Output output) const;
  void fault(sandbox::Service service, std::string_view mode);
  [[nodiscard]] std::int64_t certificates_issued();
  /// Signatures that were handed out or could have been: what the timestamp authority was asked for.
  [[nodiscard]] std::int64_t timestamps_granted();
  [[nodiscard]] Secret id_token(std::string email = std::string(kSan));
  /// The lines of the audit log.
  [[nodiscard]] std::vector<std::string> lines() const;

  test::TemporaryFolder folder_;
  test::SoftHsm token_;
  MovedClock clock_;
  std::unique_ptr<sandbox::BackgroundSandbox> sandbox_;
  config::Configuration configuration_;
  boost::asio::io_context loop_{1};
  GatedTransport transport_{loop_.get_executor()};
  std::optional<Policy> policy_{std::in_place, configuration_, ::geteuid()};
  Logins logins_{clock_};
  Instances instances_{configuration_};
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Tokens> tokens_;
  std::optional<Certificates> certificates_;
  RequestPlaces places_{loop_.get_executor()};
  std::optional<SigningFlow> flow_;

 private:
  void configure();
  void start();
};

}  // namespace signet::agent
