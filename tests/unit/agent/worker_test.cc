// A worker that ends is started anew, after longer and longer pauses; shells stand in its place.
#include "agent/tokens/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/detached.hpp>

#include "agent/loop/bell.h"
#include "agent/store/socket_file.h"
#include "common/file.h"
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
