// The agent is killed at any moment while clients sign: its log verifies each time, and holds what they received.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "audit/line.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/random.h"
#include "tests/integration/wire.h"
#include "tests/support/length.h"

namespace signet::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int kClients = 4;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

/// Clients that ask for one signature after the other, whatever becomes of the agent, and remember what they received.
class Clients {
 public:
  explicit Clients(const Household& house) : house_(house) {
    for (int i = 0; i < kClients; ++i) threads_.emplace_back([this] { go_on(); });
  }
  ~Clients() { stop(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void stop() {
    stopped_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] std::set<std::string> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void go_on() {
    while (!stopped_) {
      auto channel = protocol::Channel::connect(house_.socket(), soon());
      if (channel) sign_on(*channel);
      if (!channel) ::usleep(2'000);
    }
  }
  void sign_on(protocol::Channel& channel) {
    while (!stopped_) {
      const std::string digest = "sha256:" + encode_hex(random_bytes(32));
      const std::string call =
          R"({"method":"org.signet.Agent.Sign","parameters":{"output":"raw","items":[{"digest":")" + digest +
          R"("}]}})" + std::string(1, '\0');
      if (!channel.send(call, soon())) return;
      const auto reply = channel.receive(soon());
      if (!reply || !*reply) return;
      if ((*reply)->find(R"("raw":")") == std::string::npos) continue;
      const std::lock_guard lock(mutex_);
      received_.insert(digest);
    }
  }

  const Household& house_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::set<std::string> received_;
  std::vector<std::thread> threads_;
};

class AuditStorm : public ::testing::Test {
 protected:
  AuditStorm() : house_({.use = R"(["git", "statement", "blob", "raw"])"}) {}

  /// The agent's workers and theirs.
  [[nodiscard]] std::vector<pid_t> family() {
    std::vector<pid_t> all;
    for (const pid_t worker : children_of(house_.agent().pid())) {
      all.push_back(worker);
      for (const pid_t child : children_of(worker)) all.push_back(child);
    }
    return all;
  }
  [[nodiscard]] static bool lives(pid_t pid) {
    const auto status = read_file("/proc/" + std::to_string(pid) + "/status", 1U << 16U);
    return status && status->find("Name:\tsignet") != std::string::npos &&
           status->find("State:\tZ") == std::string::npos;
  }
  void kill_agent() {
    const auto orphans = family();
    house_.agent().send_signal(SIGKILL);
    ASSERT_TRUE(house_.agent().wait(soon()));
    const Deadline deadline = soon();
    const auto any_lives = [&] { return std::ranges::any_of(orphans, lives); };
    while (any_lives() && !deadline.passed()) ::usleep(5'000);
    EXPECT_FALSE(any_lives()) << "an orphan stays";
  }
  [[nodiscard]] std::set<std::string> recorded() {
    std::set<std::string> digests;
    for (const std::string& text : audit_lines(house_)) {
      const auto line = audit::parse_line(text);
      EXPECT_TRUE(line) << text;
      if (line && line->event == "outcome" && line->answer == "done") digests.insert(line->digest);
    }
    return digests;
  }
  [[nodiscard]] ProcessEnd verify() const {
    return house_.run({"signet", "audit", "verify", "--state-dir", house_.state().string()});
  }

  Household house_;
  std::mt19937 chance_{20'260'131};
};

TEST_F(AuditStorm, LosesNothingThatAClientReceived) {
  const int kills = length(5, 200);
  std::size_t known = 0;
  int cut_off = 0;
  Clients clients(house_);
  const auto file = house_.folder().write("release", "what is signed");
  for (const Deadline deadline = soon(); clients.received().empty() && !deadline.passed();) ::usleep(5'000);
  for (int i = 0; i < kills; ++i) {
    Process signing({.arguments = {program("signet"), "sign", file.string()}, .environment = house_.environment()});
    ::usleep(std::uniform_int_distribution<useconds_t>(0, 150'000)(chance_));
    kill_agent();
    // Before anything is mended.
    const auto verified = verify();
    ASSERT_EQ(verified.status, 0) << "after kill " << i << "\n" << verified.output << verified.errors;
    const auto end = signing.wait(soon());
    ASSERT_TRUE(end);
    EXPECT_THAT(end->status, AnyOf(0, 3)) << end->errors;
    if (end->status == 3) {
      ++cut_off;
      EXPECT_THAT(end->errors, HasSubstr("next: ")) << "what to do";
    }
    const auto received = clients.received();
    const auto lines = recorded();
    for (const std::string& digest : received) ASSERT_TRUE(lines.contains(digest)) << digest << " after kill " << i;
    known = received.size();
    house_.restart_agent();
  }
  EXPECT_GT(known, 0U) << "nothing was signed between the kills";
  EXPECT_GT(cut_off, 0) << "nobody was cut off";
  clients.stop();
  EXPECT_EQ(verify().status, 0);
  std::printf("%d kills, %zu signatures received, %d programs cut off, %zu lines\n", kills, known, cut_off,
              audit_lines(house_).size());
}

}  // namespace
}  // namespace signet::test
