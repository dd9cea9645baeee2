// A PIN that nobody else has is entered at a terminal, and looked for wherever something could have left it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/integration/wire.h"
#include "tests/support/household.h"
#include "tests/support/memory.h"
#include "tests/support/sanitized.h"
#include "tests/support/terminal.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// In two parts, so that no program of ours has it as a constant.
std::string marker() { return std::string("Nobody-Else-") + "Has-8361"; }

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PinMarker : public ::testing::Test {
 protected:
  PinMarker() {
    if (::geteuid() != 0 || kSanitized) return;
    // The log hangs: everybody waits after the PIN was used.
    house_.sandbox().set_fault("log", "hang");
    const auto file = house_.folder().write("app", "an application\n");
    client_.emplace(ProcessOptions{.arguments = {program("signet"), "sign", file.string()},
                                   .environment = house_.environment(),
                                   .terminal = terminal_.end_of_program()});
    if (!terminal_.shows("PIN: ")) return;
    terminal_.type(marker() + "\n");
    for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
         house_.sandbox().counter("certificates") == 0 && !deadline.passed();) {
      ::usleep(10'000);
    }
    keeper_ = children_of(house_.agent().pid()).at(0);
    child_ = children_of(keeper_).at(0);
  }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
    if (kSanitized) GTEST_SKIP() << "a sanitizer keeps memory of its own";
    ASSERT_GT(child_, 0) << terminal_.screen();
    ASSERT_TRUE(client_->running());
  }
  [[nodiscard]] std::vector<pid_t> processes() { return {house_.agent().pid(), keeper_, child_, client_->pid()}; }

  Terminal terminal_;
  Household house_{{.pin = marker(), .pin_source = "pin = { prompt = \"terminal\" }"}};
  std::optional<Process> client_;
  pid_t keeper_ = -1;
  pid_t child_ = -1;
};

TEST_F(PinMarker, LiesInTheKeepersLockedPageAndInNoOtherMemoryOfOurs) {
  EXPECT_THAT(places_in_memory(house_.agent().pid(), marker()), SizeIs(0));
  EXPECT_THAT(places_in_memory(client_->pid(), marker()), SizeIs(0));
  const auto kept = places_in_memory(keeper_, marker());
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_TRUE(kept.front().locked) << kept.front().mapping;
}

// The agent would still have what it has forgotten to wipe.
TEST_F(PinMarker, LiesNowhereAfterALock) {
  ASSERT_EQ(house_.run({"signet", "lock"}).status, 0);
  EXPECT_THAT(places_in_memory(house_.agent().pid(), marker()), SizeIs(0));
  EXPECT_THAT(places_in_memory(keeper_, marker()), SizeIs(0));
}

TEST_F(PinMarker, IsInNoCommandLineAndNoEnvironment) {
  for (const pid_t pid : processes()) {
    const std::string folder = "/proc/" + std::to_string(pid);
    EXPECT_THAT(content(folder + "/cmdline"), Not(HasSubstr(marker())));
    EXPECT_THAT(content(folder + "/environ"), Not(HasSubstr(marker())));
  }
}

TEST_F(PinMarker, IsInNoFileAndNoMessage) {
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr(marker())));
  EXPECT_THAT(house_.agent().errors() + house_.agent().output(), Not(HasSubstr(marker())));
  EXPECT_THAT(client_->errors() + client_->output(), Not(HasSubstr(marker())));
  for (const auto& root : {house_.state(), house_.socket().parent_path(), house_.folder().path(),
                           std::filesystem::path(SIGNET_SOURCE_DIR) / "tests" / "golden"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      EXPECT_THAT(content(entry.path()), Not(HasSubstr(marker()))) << entry.path();
    }
  }
}

// The search finds what is there.
TEST_F(PinMarker, WouldBeFound) {
  const std::string here = marker();
  EXPECT_FALSE(places_in_memory(::getpid(), here).empty());
}

}  // namespace
}  // namespace signet::test
