// What is written outside and is lost, or is stored and reported as failed; and a sandbox that is killed at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/file.h"
#include "common/time.h"
#include "sandbox/rekor_log.h"
#include "sandbox/state.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/household.h"
#include "tests/support/length.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Losses : public ::testing::Test {
 protected:
  explicit Losses(std::vector<std::string> serving = {}) : house_({.serving = std::move(serving)}) {
    house_.folder().write("file", "content");
  }

  void expect_signed() {
    const auto end = house_.run({"signet", "sign", "file"});
    ASSERT_EQ(end.status, 0) << end.errors;
    EXPECT_EQ(house_.run({"signet", "verify", "file"}).status, 0);
  }
  void expect_refused(std::string_view error) {
    const auto end = house_.run({"signet", "sign", "file"});
    EXPECT_EQ(end.status, 3);
    EXPECT_THAT(end.output, IsEmpty());
    EXPECT_THAT(end.errors, HasSubstr("signet: " + std::string(error) + ": "));
    EXPECT_FALSE(std::filesystem::exists(house_.folder() / "file.sigstore.json"));
  }
  /// How much a counter of the sandbox grew while `work` ran.
  template <typename Work>
  std::int64_t growth(std::string_view counter, Work work) {
    const auto before = house_.sandbox().counter(counter);
    work();
    return house_.sandbox().counter(counter) - before;
  }

  Household house_;
};

TEST_F(Losses, AnUploadThatWasLostIsSentOnceMore) {
  house_.sandbox().set_fault("log", "refuse", 1);
  EXPECT_EQ(growth("entries", [this] { expect_signed(); }), 1);
}

TEST_F(Losses, AnEntryWhoseAnswerWasLostIsFoundAndNotMadeTwice) {
  house_.sandbox().set_fault("log", "stored-but-answer-lost", 1);
  EXPECT_EQ(growth("entries", [this] { expect_signed(); }), 1);
}

class LossesOfRekorV1 : public Losses {
 protected:
  LossesOfRekorV1() : Losses({"--rekor", "1"}) {}
};

TEST_F(LossesOfRekorV1, AnUploadThatWasLostIsSentOnceMore) {
  house_.sandbox().set_fault("log", "refuse", 1);
  EXPECT_EQ(growth("entries", [this] { expect_signed(); }), 1);
}

TEST_F(LossesOfRekorV1, AnEntryWhoseAnswerWasLostIsFoundAndNotMadeTwice) {
  house_.sandbox().set_fault("log", "stored-but-answer-lost", 1);
  EXPECT_EQ(growth("entries", [this] { expect_signed(); }), 1);
}

TEST_F(Losses, ATimestampThatWasLostIsAskedForOnceMore) {
  house_.sandbox().set_fault("tsa", "refuse", 1);
  EXPECT_EQ(growth("timestamps", [this] { expect_signed(); }), 1);
}

TEST_F(Losses, ATimestampWhoseAnswerWasLostIsAskedForOnceMore) {
  house_.sandbox().set_fault("tsa", "stored-but-answer-lost", 1);
  EXPECT_EQ(growth("timestamps", [this] { expect_signed(); }), 2);
}

TEST_F(Losses, ARequestForACertificateIsLeftToTheAsker) {
  house_.sandbox().set_fault("ca", "refuse", 1);
  EXPECT_EQ(growth("certificates", [this] { expect_refused("CaUnavailable"); }), 0);
  EXPECT_EQ(growth("certificates", [this] { expect_signed(); }), 1);
}

TEST_F(Losses, ACertificateWhoseAnswerWasLostIsNobodys) {
  house_.sandbox().set_fault("ca", "stored-but-answer-lost", 1);
  EXPECT_EQ(growth("certificates", [this] { expect_refused("CaUnavailable"); }), 1);
  EXPECT_EQ(growth("certificates", [this] { expect_signed(); }), 1);
}

// A file-size limit stands for a disk that is full: write(2) fails in the middle of the bundle.
TEST_F(Losses, ABundleThatFindsNoRoomLeavesNoPartOfItself) {
  const std::string limited = "trap '' XFSZ; ulimit -f 4; exec " + program("signet") + " sign file";
  const auto end = house_.run({"sh", "-c", limited});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, AllOf(HasSubstr("file.sigstore.json: "), HasSubstr("next: make room")));
  for (const auto& entry : std::filesystem::directory_iterator(house_.folder().path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("sigstore.json"))) << "a part of a bundle";
  }
  expect_signed();
}

TEST_F(Losses, ABatchOfAHundredFilesLosesNone) {
  std::vector<std::string> arguments{"signet", "sign"};
  std::vector<std::string> files;
  for (int i = 0; i < 100; ++i) {
    files.push_back("item-" + std::to_string(i));
    house_.folder().write(files.back(), "content " + files.back());
  }
  arguments.insert(arguments.end(), files.begin(), files.end());
  house_.sandbox().set_fault("log", "stored-but-answer-lost", 1);
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t entries = growth("entries", [&] {
    const auto end = house_.run(arguments);
    EXPECT_EQ(end.status, 0) << end.errors;
  });
  const auto took = std::chrono::steady_clock::now() - begin;
  std::printf("100 files in %lld ms\n", static_cast<long long>(std::chrono::duration_cast<milliseconds>(took).count()));
  EXPECT_EQ(entries, 100) << "one for each, whatever was lost";
  std::vector<std::string> verify{"signet", "verify"};
  verify.insert(verify.end(), files.begin(), files.end());
  const auto verified = house_.run(verify);
  EXPECT_EQ(verified.status, 0) << verified.errors;
}

/// One `signet sign` that runs beside others.
struct Request {
  std::string file;
  std::unique_ptr<Process> process;
};

class KilledSandbox : public Losses {
 protected:
  static constexpr seconds kTime{20};

  Request begin(int number) {
    const std::string file = "file-" + std::to_string(number);
    house_.folder().write(file, "content " + file);
    ProcessOptions options{.arguments = {program("signet"), "sign", "--timeout", std::to_string(kTime.count()), file},
                           .environment = house_.environment(),
                           .directory = house_.folder().path()};
    return {.file = file, .process = std::make_unique<Process>(options)};
  }
  /// True where it was signed.
  bool expect_bundle_or_named_error(Request& request) {
    const auto end = request.process->wait(Deadline::after(kTime + seconds(10)));
    if (!end) ADD_FAILURE() << request.file << " did not end within its deadline";
    if (!end) return false;
    const bool has_bundle = std::filesystem::exists(house_.folder() / (request.file + ".sigstore.json"));
    EXPECT_EQ(has_bundle, end->status == 0) << end->errors;
    if (end->status == 0) {
      EXPECT_EQ(house_.run({"signet", "verify", request.file}).status, 0);
      return true;
    }
    EXPECT_EQ(end->status, 3) << end->errors;
    EXPECT_THAT(end->errors, AllOf(AnyOf(HasSubstr("signet: CaUnavailable: "), HasSubstr("signet: LogUnavailable: "),
                                         HasSubstr("signet: TimestampUnavailable: "), HasSubstr("signet: Deadline: ")),
                                   HasSubstr("next: ")));
    return false;
  }
  /// Every entry of the log on disk is proven to its last checkpoint.
  void expect_sound_log() {
    house_.sandbox().stop(SIGTERM);
    const auto text = read_file(house_.trusted_root(), std::size_t{1} << 20U);
    ASSERT_TRUE(text);
    const auto root = sigstore::parse_trusted_root(*text);
    ASSERT_TRUE(root) << root.error().sentence();
    auto state = sandbox::State::open(house_.sandbox().folder(), SystemClock().now());
    ASSERT_TRUE(state) << state.error().sentence();
    auto log = sandbox::RekorLog::open(house_.sandbox().folder() / "rekor", state->logs[0]);
    ASSERT_TRUE(log) << log.error().sentence();
    for (std::uint64_t i = 0; i < log->size(); ++i) {
      const auto entry = log->entry(i);
      ASSERT_TRUE(entry) << i << ": " << entry.error().sentence();
      EXPECT_TRUE(sigstore::verify_log_entry(*entry, *root)) << i;
    }
  }
};

TEST_F(KilledSandbox, EndsEachRequestInABundleOrANamedErrorAndKeepsItsLog) {
  int number = 0;
  int signed_ones = 0;
  const int kills = length(4, 20);
  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE("kill " + std::to_string(kill));
    if (kill % 3 == 0) {
      ASSERT_EQ(house_.run({"signet", "logout"}).status, 0);
    }
    std::vector<Request> requests;
    for (int i = 0; i < 4; ++i) requests.push_back(begin(number++));
    std::this_thread::sleep_for(milliseconds(17 * (kill % 20)));  // the moment that is tried
    house_.sandbox().stop(SIGKILL);
    requests.push_back(begin(number++));
    house_.sandbox().start();
    for (Request& request : requests) signed_ones += expect_bundle_or_named_error(request) ? 1 : 0;
    expect_signed();
  }
  RecordProperty("requests", number);
  RecordProperty("signed", signed_ones);
  std::printf("%d kills, %d requests, %d signed, the rest named errors\n", kills, number, signed_ones);
  expect_sound_log();
}

}  // namespace
}  // namespace signet::test
