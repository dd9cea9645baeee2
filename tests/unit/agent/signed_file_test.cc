#include "agent/ssh/signed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/loop/together.h"
#include "common/bytes.h"
#include "common/time.h"
#include "sigstore/encoding/hash.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kLong = 30s;  // what a working test never waits
constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author A U Thor <author@example.test> 1700000000 +0100\n"
    "committer A U Thor <author@example.test> 1700000000 +0100\n"
    "\n"
    "Say hello\n";

protocol::Peer ssh_keygen() {
  protocol::Peer peer;
  peer.pid = ::getpid();
  peer.exe = "/usr/bin/ssh-keygen";
  return peer;
}

// A file system that answers when it is let go, and counts who asks it.
class SlowFiles {
 public:
  std::optional<std::string> read() {
    ++asked_;
    asked_.notify_all();
    free_.wait(0);
    return std::string(kCommit);
  }
  void let_go() {
    free_ = 1;
    free_.notify_all();
  }
  void wait_until_asked() const { asked_.wait(0); }
  [[nodiscard]] int asked() const { return asked_; }

 private:
  std::atomic<int> asked_{0};
  std::atomic<int> free_{0};
};

class SignedFilesTest : public ::testing::Test {
 protected:
  void TearDown() override {
    if (slow_) slow_->let_go();
    wait_for_the_thread();
  }
  SignedFiles::Read slow_read() {
    return [slow = slow_](const protocol::Peer&) { return slow->read(); };
  }
  void begin(SignedFiles::Read read, std::chrono::milliseconds patience) {
    loop_ = std::make_unique<boost::asio::io_context>(1);
    files_ = std::make_unique<SignedFiles>(loop_->get_executor(), std::move(read), patience);
  }
  std::optional<std::string> ask() { return test::await_on(*loop_, files_->summary_of(peer_, request_)); }
  // It owns the function that it calls.
  void wait_for_the_thread() {
    const std::weak_ptr<SlowFiles> watched = slow_;
    slow_.reset();
    files_.reset();
    for (const Deadline end = Deadline::after(kLong); !watched.expired() && !end.passed();) std::this_thread::yield();
    EXPECT_TRUE(watched.expired());
  }

  protocol::Peer peer_ = ssh_keygen();
  ssh::SshsigRequest request_{.name_space = "git", .message = sigstore::hash(HashAlgorithm::Sha512, bytes_of(kCommit))};
  std::shared_ptr<SlowFiles> slow_ = std::make_shared<SlowFiles>();
  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<SignedFiles> files_;
};

TEST_F(SignedFilesTest, TellWhatIsSigned) {
  slow_->let_go();
  begin(slow_read(), kLong);
  EXPECT_THAT(ask().value_or(""), HasSubstr("commit by <author@example.test> \"A U Thor\": \"Say hello\""));
}

TEST_F(SignedFilesTest, AreNotBelievedWhereTheirHashIsAnother) {
  slow_->let_go();
  begin(slow_read(), kLong);
  request_.message = sigstore::hash(HashAlgorithm::Sha512, bytes_of("another"));
  EXPECT_EQ(ask(), std::nullopt);
  EXPECT_EQ(slow_->asked(), 1) << "it was read";
}

TEST_F(SignedFilesTest, AreReadForGitThatCallsSshKeygenAlone) {
  slow_->let_go();
  begin(slow_read(), kLong);
  request_.name_space = "file";
  EXPECT_EQ(ask(), std::nullopt);
  request_.name_space = "git";
  peer_.exe = "/usr/bin/ssh";
  EXPECT_EQ(ask(), std::nullopt);
  EXPECT_EQ(slow_->asked(), 0);
  peer_ = ssh_keygen();
  EXPECT_NE(ask(), std::nullopt) << "its untouched twin";
}

TEST_F(SignedFilesTest, AreAwaitedForAMomentAndNotReadWhileOneHangs) {
  begin(slow_read(), 100ms);
  EXPECT_EQ(ask(), std::nullopt);
  slow_->wait_until_asked();
  EXPECT_EQ(slow_->asked(), 1);

  bool answered = false;
  std::optional<std::string> second = "none yet";
  boost::asio::co_spawn(*loop_, files_->summary_of(peer_, request_),
                        [&](const std::exception_ptr&, std::optional<std::string> summary) {
                          answered = true;
                          second = std::move(summary);
                        });
  loop_->restart();
  loop_->poll();  // what is ready, and no waiting
  EXPECT_TRUE(answered);
  EXPECT_EQ(second, std::nullopt);
  EXPECT_EQ(slow_->asked(), 1) << "one thread hangs, not two";

  slow_->let_go();
  std::optional<std::string> third;
  for (const Deadline end = Deadline::after(kLong); !third && !end.passed();) third = ask();
  EXPECT_THAT(third.value_or(""), HasSubstr("Say hello")) << "when it came back";
}

TEST_F(SignedFilesTest, AreReadOneAfterTheOtherForThoseWhoAskAtOnce) {
  begin(slow_read(), kLong);
  std::vector<std::string> told;
  std::vector<Job> jobs;
  for (int i = 0; i < 3; ++i) {
    jobs.emplace_back([&]() -> Awaitable<bool> {
      auto summary = co_await files_->summary_of(peer_, request_);
      told.push_back(summary.value_or("nothing"));
      co_return true;
    });
  }
  jobs.emplace_back([&]() -> Awaitable<bool> {
    slow_->wait_until_asked();
    EXPECT_EQ(slow_->asked(), 1);
    slow_->let_go();
    co_return true;
  });
  const auto all = [&]() -> Awaitable<int> {
    co_await run_together(loop_->get_executor(), std::move(jobs));
    co_return 0;
  };
  test::await_on(*loop_, all());
  EXPECT_THAT(told, ::testing::AllOf(::testing::SizeIs(3), ::testing::Each(HasSubstr("Say hello"))));
}

// What the sanitizers look at: the thread touches nothing that is gone.
TEST_F(SignedFilesTest, MayEndWithTheirLoopWhileOneHangs) {
  begin(slow_read(), 1ms);
  EXPECT_EQ(ask(), std::nullopt);
  files_.reset();
  loop_.reset();
  slow_->let_go();
  wait_for_the_thread();
}

}  // namespace
}  // namespace signet::agent
