// A worker that ends is started anew, after longer and longer pauses; shells stand in its place.
#include "agent/tokens/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/detached.hpp>

#include "agent/loop/bell.h"
#include "agent/store/socket_file.h"
#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WorkerTest : public ::testing::Test {
 protected:
  ~WorkerTest() override {
    worker_->stop();
    EXPECT_TRUE(becomes([this] { return ended_; }));
  }

  void run(const std::string& script) {
    worker_.emplace(loop_.get_executor(),
                    Worker::Settings{.token = "desk",
                                     .command = {.program = "/bin/sh", .arguments = {"-c", script}},
                                     .module = module_,
                                     .listener = socket_->fd()},
                    [this](const std::string& sentence) { notices_.push_back(sentence); });
    asio::co_spawn(loop_, worker_->keep_running(), [this](const std::exception_ptr&) { ended_ = true; });
  }
  // Lets the loop go on until it is so.
  template <typename Condition>
  [[nodiscard]] bool becomes(const Condition& condition) {
    const Deadline deadline = Deadline::after(30s);
    while (!condition() && !deadline.passed()) {
      loop_.restart();
      loop_.run_for(5ms);
    }
    return condition();
  }
  [[nodiscard]] std::int64_t starts() const {
    const auto text = read_file(folder_ / "starts", 1U << 16U);
    return text ? std::ranges::count(*text, '\n') : 0;
  }
  std::string count_and(const std::string& script) { return "echo >>" + (folder_ / "starts").string() + "; " + script; }

  test::TemporaryFolder folder_;
  std::filesystem::path module_ = folder_.write("m.so", "");
  Result<SocketFile> socket_ = SocketFile::listen(folder_ / "s", 4);
  asio::io_context loop_{1};
  std::optional<Worker> worker_;
  std::vector<std::string> notices_;
  bool ended_ = false;
};

TEST_F(WorkerTest, IsStartedAnewWhenItEndsAndTellsOnce) {
  run(count_and("exit 3"));
  EXPECT_EQ(worker_->problem(), "not started yet");
  EXPECT_TRUE(becomes([this] { return starts() >= 4; }));
  EXPECT_TRUE(becomes([this] { return worker_->problem() == "signet-token ended with status 3"; }));
  EXPECT_THAT(notices_, ElementsAre("token desk: signet-token ended with status 3"));
  worker_->stop();
  EXPECT_TRUE(becomes([this] { return ended_; }));
}

// 50, 100, 200 and 400 ms lie before the fifth start.
TEST_F(WorkerTest, WaitsLongerEachTime) {
  const auto begin = std::chrono::steady_clock::now();
  run(count_and("exit 3"));
  EXPECT_TRUE(becomes([this] { return starts() >= 5; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 750ms);
}

// The pauses of four starts that were of no use would add up to 750 ms, those of forty to minutes.
TEST_F(WorkerTest, IsStartedAnewAtOnceWhereItHasAnswered) {
  const auto starts_file = (folder_ / "starts").string();
  const auto answered = (folder_ / "answered-").string();
  run(count_and("n=$(wc -l <" + starts_file + "); until test -e " + answered + "$n; do sleep 0.01; done; exit 3"));
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t count = 1; count <= 40; ++count) {
    ASSERT_TRUE(becomes([this, count] { return starts() >= count; }));
    worker_->note_answer();
    folder_.write("answered-" + std::to_string(count), "");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_F(WorkerTest, TellsTheNextOneThatItsPinWasTaken) {
  const auto pin = folder_.write("pin", "1234");
  const auto seen = (folder_ / "seen").string();
  worker_.emplace(loop_.get_executor(),
                  Worker::Settings{.token = "desk",
                                   .command = {.program = "/bin/sh",
                                               .arguments = {"-c", "echo $* >>" + seen + "; printf '\\003' >&3; exit 3",
                                                             "sh", "--pin-file", pin.string()}},
                                   .module = module_,
                                   .listener = socket_->fd()},
                  [](const std::string&) {});
  asio::co_spawn(loop_, worker_->keep_running(), [this](const std::exception_ptr&) { ended_ = true; });
  const auto lines = [&seen] { return read_file(seen, 1U << 16U).value_or(""); };
  EXPECT_TRUE(becomes([&] { return std::ranges::count(lines(), '\n') >= 2; }));
  EXPECT_THAT(lines(), testing::StartsWith("--pin-file " + pin.string() + "\n--pin-proven yes --pin-file " +
                                           pin.string() + "\n"));
}

TEST_F(WorkerTest, TellsOfNewTrouble) {
  run(count_and("test -f " + (folder_ / "later").string() + " && kill -9 $$; exit 3"));
  EXPECT_TRUE(becomes([this] { return starts() >= 2; }));
  folder_.write("later", "");
  EXPECT_TRUE(becomes([this] { return notices_.size() == 2; }));
  EXPECT_THAT(notices_.back(), HasSubstr("ended by signal 9"));
}

TEST_F(WorkerTest, HasNoProblemWhileItRuns) {
  run(count_and("read line <&3"));
  EXPECT_TRUE(becomes([this] { return starts() == 1 && !worker_->problem(); }));
  worker_->stop();
  EXPECT_TRUE(becomes([this] { return ended_; }));
  EXPECT_EQ(starts(), 1);
  EXPECT_THAT(notices_, testing::IsEmpty()) << "it was told to end";
}

TEST_F(WorkerTest, LetsARequestWaitForAWorkerAndSaysWhyThereIsNone) {
  run(count_and("exit 3"));
  EXPECT_TRUE(becomes([this] { return starts() >= 7; })) << "the next pause is longer than two seconds";
  EXPECT_TRUE(becomes([this] { return worker_->problem() && starts() >= 7; }));
  const auto refused = test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s)));
  test::expect_refusal(refused, ErrorCode::WorkerFailed,
                       "token desk cannot be asked: signet-token ended with status 3");
}

// What the keeper says of its child: 0x02 and a sentence, then 0x01.
TEST_F(WorkerTest, HasTheProblemThatItsKeeperTellsOf) {
  run("printf '\\002signet-module ended by signal 11' >&3; while ! test -f " + (folder_ / "go").string() +
      "; do sleep 0.01; done; printf '\\001' >&3; read line <&3");
  EXPECT_TRUE(becomes([this] { return worker_->problem() == "signet-module ended by signal 11"; }));
  folder_.write("go", "");
  EXPECT_TRUE(test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s))));
  EXPECT_FALSE(worker_->problem());
}

// Who asks a process that is about to be ended would lose its answer.
TEST_F(WorkerTest, IsNotAskedWhileItIsLostUntilAnotherStandsInItsPlace) {
  run("while ! test -f " + (folder_ / "go").string() + "; do sleep 0.01; done; printf '\\001' >&3; read line <&3");
  EXPECT_TRUE(becomes([this] { return !worker_->problem(); }));
  EXPECT_TRUE(test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s))));
  worker_->note_lost();
  bool there = false;
  asio::co_spawn(loop_, worker_->wait_until_there(Deadline::after(30s)),
                 [&there](const std::exception_ptr&, const Result<void>& waited) { there = waited.has_value(); });
  loop_.restart();
  loop_.poll();
  EXPECT_FALSE(there);
  folder_.write("go", "");
  EXPECT_TRUE(becomes([&there] { return there; }));
}

TEST_F(WorkerTest, IsAskedAgainWhereItWasLateAndNobodyEndedIt) {
  run("read line <&3");
  EXPECT_TRUE(becomes([this] { return !worker_->problem(); }));
  worker_->note_lost();
  EXPECT_TRUE(test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s))));
}

TEST_F(WorkerTest, IsEndedWhenItIsReleasedAndStartedWhenItIsReacquired) {
  run(count_and("read line <&3"));
  EXPECT_TRUE(becomes([this] { return starts() == 1 && !worker_->problem(); }));
  EXPECT_TRUE(worker_->release());
  const auto refused = test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s)));
  test::expect_refusal(refused, ErrorCode::TokenBusy, "token desk was released");
  EXPECT_EQ(refused.error().remedy, "signet token reacquire desk");
  EXPECT_FALSE(worker_->release()) << "it is released already";
  worker_->reacquire();
  EXPECT_TRUE(test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s))));
  EXPECT_TRUE(becomes([this] { return starts() == 2; }));
  EXPECT_THAT(notices_, testing::IsEmpty()) << "it was told to end";
}

// A keeper that is on its way out says once more that its child is there.
TEST_F(WorkerTest, StaysReleasedWhateverTheOldOneSays) {
  run("read line <&3; printf '\\001' >&3 2>/dev/null; touch " + (folder_ / "said").string());
  EXPECT_TRUE(becomes([this] { return !worker_->problem(); }));
  EXPECT_TRUE(worker_->release());
  EXPECT_TRUE(becomes([this] { return std::filesystem::exists(folder_ / "said"); }));
  test::expect_refusal(test::await_on(loop_, worker_->wait_until_there(Deadline::after(30s))), ErrorCode::TokenBusy,
                       "released");
}

TEST_F(WorkerTest, IsNotStartedWhileItsModuleIsNotThere) {
  std::filesystem::remove(module_);
  run(count_and("read line <&3"));
  EXPECT_TRUE(becomes([this] { return notices_.size() == 1; }));
  EXPECT_THAT(notices_.front(), HasSubstr("m.so cannot be opened"));
  EXPECT_EQ(starts(), 0);
  folder_.write("m.so", "");
  EXPECT_TRUE(becomes([this] { return starts() == 1 && !worker_->problem(); }));
}

}  // namespace
}  // namespace signet::agent
