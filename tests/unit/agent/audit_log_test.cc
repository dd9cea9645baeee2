#include "agent/audit/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include <boost/asio/post.hpp>

#include "agent/loop/bell.h"
#include "audit/check.h"
#include "common/file.h"
#include "tests/support/audit_lines.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/full_disk.h"
#include "tests/unit/agent/hanging_disk.h"
#include "tests/unit/agent/owner.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::expect_refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
    settings.tell_checkpoint = [this](const std::string& line) { told_.push_back(line); };
    settings.tell_every = tell_every_;
    auto opened = AuditLog::open(loop_.get_executor(), std::move(settings), clock_);
    ASSERT_TRUE(opened) << opened.error().sentence();
    log_ = std::move(*opened);
  }

  template <typename T>
  T await(Awaitable<T> work) {
    return test::await_on(loop_, std::move(work));
  }
  Result<Intent> intent(Deadline deadline = Deadline::after(30s)) {
    return await(log_->intent(owner_.approval(), subject_, deadline));
  }
  Result<void> outcome(const Intent& intent, Deadline deadline = Deadline::after(30s)) {
    return await(log_->outcome(intent, outcome_, deadline));
  }

  std::vector<std::string> lines() { return test::stored_audit_lines(folder_.path()); }
  std::vector<std::string> events() {
    std::vector<std::string> all;
    for (const std::string& line : lines()) all.push_back(audit::parse_line(line).value().event);
    return all;
  }
  void expect_no_gaps() {
    std::int64_t expected = 0;
    for (const std::string& line : lines()) EXPECT_EQ(audit::parse_line(line).value().sequence, expected++);
    EXPECT_THAT(test::audit_findings(folder_.path()), IsEmpty());
  }
  std::uint64_t covered() {
    return audit::read_current_checkpoint(audit::Folder(folder_.path())).value().checkpoint.size;
  }
  bool becomes(const std::function<bool()>& condition) {
    Bell pause(loop_.get_executor());
    for (int i = 0; !condition() && i < 3000; ++i) (void)await(pause.wait(Deadline::after(10ms)));
    return condition();
  }

  // A file in the place of the folder of tiles: lines can be written and not brought into the tree, by nobody.
  void break_the_tree() {
    std::filesystem::rename(folder_ / "log/tile", folder_ / "tile");
    folder_.write("log/tile", "in the way");
  }
  void mend_the_tree() {
    std::filesystem::remove(folder_ / "log/tile");
    std::filesystem::rename(folder_ / "tile", folder_ / "log/tile");
  }

  test::TemporaryFolder folder_;
  std::chrono::milliseconds tell_every_ = 1h;
  Owner owner_;
  FixedClock clock_{wall_time_from_unix(1'800'000'000)};
  asio::io_context loop_{1};
  std::unique_ptr<AuditLog> log_;
  std::vector<std::string> notices_;
  Subject subject_{.operation = Operation::Login};
  Outcome outcome_;
  std::vector<std::string> told_;
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
  ASSERT_TRUE(await(log_->denied(decision, Deadline::after(30s))));
  EXPECT_THAT(events(), ElementsAre("start", "denied"));
  EXPECT_THAT(lines().back(), HasSubstr(decision.request()));
}

TEST_F(AuditLogTest, GoesOnWithoutAGapInTheNextAgent) {
  ASSERT_TRUE(intent());
  ASSERT_TRUE(log_->close(Deadline::after(30s)));
  open(config::AuditSync::Each);
  ASSERT_TRUE(intent());
  EXPECT_THAT(events(), ElementsAre("start", "intent", "start", "intent"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, SaysAtItsStartWhatWasSetAside) {
  log_.reset();
  loop_.restart();
  loop_.poll();
  const auto text = read_file(folder_ / "tail-0.jsonl", 1U << 20U).value();
  folder_.write("tail-0.jsonl", text + "{\"sch");
  open(config::AuditSync::Batch);
  EXPECT_THAT(lines().back(), HasSubstr("5 bytes that do not follow on the log (a torn last line) were set aside in"));
  EXPECT_THAT(events(), ElementsAre("start", "start"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, CoversEachLineByACheckpointSoonAfterItWasWritten) {
  ASSERT_TRUE(intent());
  EXPECT_TRUE(becomes([this] { return covered() == 2; }));
  EXPECT_TRUE(becomes([this] { return std::filesystem::file_size(folder_ / "tail-0.jsonl") == 0; }));
  EXPECT_EQ(std::filesystem::file_size(folder_ / "tail-1.jsonl"), 0U);
  expect_no_gaps();
}

TEST_F(AuditLogTest, CoversEachLineBeforeAnybodyMayActWhereThatIsAskedFor) {
  open(config::AuditSync::Each);
  const auto before = lines().size();
  auto begun = intent();
  ASSERT_TRUE(begun);
  EXPECT_EQ(covered(), before + 1);
  ASSERT_TRUE(outcome(*begun));
  EXPECT_EQ(covered(), before + 2);
}

TEST_F(AuditLogTest, CoversEverythingWhenItIsClosedAndTellsTheCheckpoint) {
  ASSERT_TRUE(intent());
  ASSERT_TRUE(log_->close(Deadline::after(30s)));
  EXPECT_EQ(covered(), 2U);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(audit::kept_note(told_[0]), read_file(folder_ / "log/checkpoint", 4096).value());
}

TEST_F(AuditLogTest, TellsTheCheckpointFromTimeToTime) {
  tell_every_ = 5ms;
  open(config::AuditSync::Batch);
  EXPECT_TRUE(becomes([this] { return told_.size() >= 3; }));
  EXPECT_THAT(told_.back(), testing::StartsWith("audit checkpoint: audit.signet/"));
}

TEST_F(AuditLogTest, LetsNobodyActWhereTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  auto before = intent();
  ASSERT_TRUE(before);
  {
    const test::FullDisk full(20);
    expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be");
    expect_refusal(outcome(*before), ErrorCode::AuditUnavailable, "cannot be");
  }
  EXPECT_TRUE(outcome(*before));
  EXPECT_THAT(events(), ElementsAre("start", "intent", "outcome"));
  expect_no_gaps();
}

TEST_F(AuditLogTest, WaitsForTheDiskWhereEachLineMustBeOnIt) {
  open(config::AuditSync::Each);
  auto before = intent();
  ASSERT_TRUE(before);
  break_the_tree();
  expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("cannot be brought to the disk")));
  mend_the_tree();
  EXPECT_TRUE(outcome(*before));
  expect_no_gaps();
}

TEST_F(AuditLogTest, DoesNotWaitForTheDiskInABatchStopsWhenItFailsAndGoesOnWhenItWorks) {
  auto before = intent();
  ASSERT_TRUE(becomes([this] { return covered() == 2; }));
  break_the_tree();
  EXPECT_TRUE(intent());
  EXPECT_TRUE(becomes([this] { return !notices_.empty(); }));
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("cannot be brought to the disk")));
  expect_refusal(intent(), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  expect_refusal(outcome(*before), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  expect_refusal(log_->close(Deadline::after(30s)), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  mend_the_tree();
  open(config::AuditSync::Batch);
  EXPECT_THAT(events(), ElementsAre("start", "intent", "intent", "outcome", "start"))
      << "what happened is written, and nothing was handed out";
  expect_no_gaps();
}

TEST_F(AuditLogTest, WaitsForADiskThatHangsUntilTheDeadlineOfWhoAsks) {
  open(config::AuditSync::Each);
  auto before = intent();
  ASSERT_TRUE(before);
  const test::HangingDisk disk;
  ASSERT_EQ(disk.stuck(), 1);
  expect_refusal(intent(Deadline::after(50ms)), ErrorCode::Deadline, "did not take the line in time");
  expect_refusal(outcome(*before, Deadline::after(50ms)), ErrorCode::Deadline, "did not take the line in time");
  expect_refusal(log_->close(Deadline::after(50ms)), ErrorCode::Deadline, "does not answer");
}

Awaitable<bool> write_one(AuditLog& log, const Owner& owner) {
  Subject subject;  // no temporary in what is awaited: GCC 12 destroys it wrongly
  const auto intent = co_await log.intent(owner.approval(), std::move(subject), Deadline::after(60s));
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
  auto intent = co_await log.intent(owner.approval(), std::move(subject), Deadline::after(60s));
  Bell never(std::move(loop));
  (void)co_await never.wait(Deadline::after(30s));
  Outcome outcome;
  outcome.error = Error{.code = ErrorCode::Cancelled, .what = "gone"};
  co_return co_await log.outcome(*intent, std::move(outcome), Deadline::after(60s));
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
