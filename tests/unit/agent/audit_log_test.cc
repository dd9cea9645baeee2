#include "agent/audit/audit_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <sstream>

#include <boost/asio/post.hpp>

#include "agent/loop/bell.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "json/reader.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/full_disk.h"
#include "tests/unit/agent/owner.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::expect_refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AuditLogTest : public ::testing::Test {
 protected:
  AuditLogTest() { open(config::AuditSync::Batch); }

  void open(config::AuditSync sync) {
    log_.reset();
    loop_.restart();
    loop_.poll();
    AuditLog::Settings settings{.folder = folder_.path(), .sync = sync};
    settings.notice = [this](const Error& error) { notices_.push_back(error.what); };
    auto opened = AuditLog::open(loop_.get_executor(), std::move(settings), clock_);
    ASSERT_TRUE(opened) << opened.error().sentence();
    log_ = std::move(*opened);
  }

  template <typename T>
  T await(Awaitable<T> work) {
    return test::await_on(loop_, std::move(work));
  }
  Result<Intent> intent() { return await(log_->intent(owner_.approval(), subject_)); }
  Result<void> outcome(const Intent& intent) { return await(log_->outcome(intent, outcome_)); }

  std::vector<std::string> lines() {
    std::vector<std::string> all;
    std::istringstream text(read_file(folder_ / "log.jsonl", std::size_t{1} << 24U).value());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  std::vector<std::string> events() {
    std::vector<std::string> all;
    for (const std::string& line : lines()) {
      const auto value = json::parse(line);
      all.push_back(*value->as_object()->find("event")->as_string());
    }
    return all;
  }
  void expect_no_gaps() {
    std::int64_t expected = 0;
    for (const std::string& line : lines()) EXPECT_EQ(parse_sequence(line).value(), expected++);
  }

  // The log's file becomes a pipe, which takes every line and cannot be synced (fdatasync(2): EINVAL).
  void break_the_disk() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    const UniqueFd writer(ends[1]);
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code ignored;
      if (std::filesystem::read_symlink(entry.path(), ignored) != folder_ / "log.jsonl") continue;
      ASSERT_GE(::dup2(writer.get(), std::stoi(entry.path().filename().string())), 0);
    }
  }

  test::TemporaryFolder folder_;
  Owner owner_;
  FixedClock clock_{wall_time_from_unix(1'800'000'000)};
  asio::io_context loop_{1};
  std::unique_ptr<AuditLog> log_;
  std::vector<std::string> notices_;
  Subject subject_{.operation = Operation::Login};
  Outcome outcome_;
  UniqueFd reader_;
};

TEST_F(AuditLogTest, HoldsTheIntentBeforeAnybodyMayActAndTheOutcomeBeforeAnybodyHears) {
  EXPECT_THAT(events(), ElementsAre("start"));
  auto intent = this->intent();
  ASSERT_TRUE(intent);
  EXPECT_THAT(events(), ElementsAre("start", "intent"));
  EXPECT_EQ(intent->approval().decision().identity()->name, "work");
  ASSERT_TRUE(outcome(*intent));
  EXPECT_THAT(events(), ElementsAre("start", "intent", "outcome"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, HoldsARefusal) {
  protocol::Peer stranger = owner();
  stranger.uid = 1;
  const Decision decision = owner_.policy.decide(stranger, Operation::Sign);
  ASSERT_TRUE(await(log_->denied(decision)));
  EXPECT_THAT(events(), ElementsAre("start", "denied"));
  EXPECT_THAT(lines().back(), HasSubstr(decision.request()));
}

TEST_F(AuditLogTest, GoesOnWithoutAGapInTheNextAgent) {
  ASSERT_TRUE(intent());
  ASSERT_TRUE(log_->close());
  open(config::AuditSync::Each);
  ASSERT_TRUE(intent());
  EXPECT_THAT(events(), ElementsAre("start", "intent", "start", "intent"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, SaysAtItsStartWhatWasTorn) {
  log_.reset();
  folder_.write("log.jsonl", lines().front() + "\n{\"sch");
  open(config::AuditSync::Batch);
  EXPECT_THAT(lines().back(), HasSubstr("a torn last line of 5 bytes was set aside"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, LetsNobodyActWhereTheDiskIsFull) {
  auto before = intent();
  ASSERT_TRUE(before);
  const auto size = std::filesystem::file_size(folder_ / "log.jsonl");
  {
    const test::FullDisk full(size + 20);
    expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be written");
    expect_refusal(outcome(*before), ErrorCode::AuditUnavailable, "cannot be written");
  }
  EXPECT_EQ(std::filesystem::file_size(folder_ / "log.jsonl"), size) << "no part of a line stays";
  EXPECT_TRUE(outcome(*before));
  expect_no_gaps();
}

TEST_F(AuditLogTest, WaitsForTheDiskWhereEachLineMustBeOnIt) {
  open(config::AuditSync::Each);
  ASSERT_TRUE(intent());
  break_the_disk();
  expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("cannot be brought to the disk")));
}

TEST_F(AuditLogTest, DoesNotWaitForTheDiskInABatchAndStopsWhenItFails) {
  break_the_disk();
  EXPECT_TRUE(intent());
  Bell pause(loop_.get_executor());
  for (int i = 0; notices_.empty() && i < 1000; ++i) (void)await(pause.wait(Deadline::after(10ms)));
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("cannot be brought to the disk")));
  expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  expect_refusal(log_->close(), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
}

Awaitable<bool> write_one(AuditLog& log, const Owner& owner) {
  Subject subject;  // no temporary in what is awaited: GCC 12 destroys it wrongly
  const auto intent = co_await log.intent(owner.approval(), std::move(subject));
  co_return intent.has_value();
}

// More at once than may wait for the disk.
TEST_F(AuditLogTest, TakesManyAtOnceAndKeepsThemInOrder) {
  constexpr std::size_t kMany = 600;
  for (const auto sync : {config::AuditSync::Batch, config::AuditSync::Each}) {
    open(sync);
    const auto before = lines().size();
    std::size_t done = 0;
    for (std::size_t i = 0; i < kMany; ++i) {
      asio::co_spawn(loop_, write_one(*log_, owner_), [&](const std::exception_ptr&, bool written) {
        if (written && ++done == kMany) loop_.stop();
      });
    }
    loop_.restart();
    loop_.run();
    EXPECT_EQ(done, kMany);
    EXPECT_THAT(lines(), SizeIs(before + kMany));
  }
  expect_no_gaps();
}

Awaitable<Result<void>> be_cancelled_before_the_outcome(AuditLog& log, const Owner& owner, asio::any_io_executor loop) {
  Subject subject;
  auto intent = co_await log.intent(owner.approval(), std::move(subject));
  Bell never(std::move(loop));
  (void)co_await never.wait(Deadline::after(30s));
  Outcome outcome;
  outcome.error = Error{.code = ErrorCode::Cancelled, .what = "gone"};
  co_return co_await log.outcome(*intent, std::move(outcome));
}

TEST_F(AuditLogTest, HoldsTheOutcomeOfARequestThatWasCancelled) {
  open(config::AuditSync::Each);
  asio::cancellation_signal cancel;
  std::function<void()> cancel_when_written = [&] {
    if (events().back() == "intent") return cancel.emit(asio::cancellation_type::terminal);
    asio::post(loop_, cancel_when_written);
  };
  asio::post(loop_, cancel_when_written);
  EXPECT_TRUE(test::await_on(loop_, be_cancelled_before_the_outcome(*log_, owner_, loop_.get_executor()), &cancel));
  EXPECT_THAT(lines().back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"Cancelled")")));
}

}  // namespace
}  // namespace signet::agent
