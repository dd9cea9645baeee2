// The reader of git_reader.h, held to the git that is installed here and to what was measured and read of others.
#include "tests/unit/client/git_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kNew = "[GNUPG:] NEWSIG\n";
constexpr const char* kGood = "[GNUPG:] GOODSIG AAAA jane@example.test\n";
constexpr const char* kValid = "[GNUPG:] VALIDSIG AAAA 2026-01-31 1769817600 0 3 0 19 8 00 BBBB\n";
constexpr const char* kShortValid = "[GNUPG:] VALIDSIG AAAA 2026-01-31 1769817600 0 3 0 19 8 00\n";
constexpr const char* kFully = "[GNUPG:] TRUST_FULLY 0 shell\n";
constexpr const char* kUndefined = "[GNUPG:] TRUST_UNDEFINED 0 shell\n";

std::string lines(std::initializer_list<const char*> all) {
  std::string text;
  for (const char* line : all) text += line;
  return text;
}

const std::string kWhole = lines({kNew, kGood, kValid, kFully});

const GitVersion& version_of(int minor) {
  const GitVersion* found = nullptr;
  for (const GitVersion& version : git_versions()) {
    if (version.minor <= minor) found = &version;
  }
  return *found;
}

// A repository with one commit whose signature is any, and a verifying program that answers as it is told.
class InstalledGit {
 public:
  InstalledGit() {
    folder_.write("program",
                  "#!/bin/sh\ncat >/dev/null\ncat '" + (folder_ / "status").string() + "'\ncat '" +
                      (folder_ / "words").string() + "' >&2\nexit $(cat '" + (folder_ / "exit").string() + "')\n",
                  0755);
    (void)git({"init", "-q", "."});
    const std::string tree = first_line(git({"hash-object", "-w", "-t", "tree", "/dev/null"}).output);
    folder_.write("commit", "tree " + tree +
                                "\nauthor A <a@b.test> 1 +0000\ncommitter A <a@b.test> 1 +0000\ngpgsig -----BEGIN "
                                "SIGNED MESSAGE-----\n MII=\n -----END SIGNED MESSAGE-----\n\none\n");
    id_ = first_line(git({"hash-object", "-w", "-t", "commit", "commit"}).output);
  }

  [[nodiscard]] int minor() {
    const std::string text = git({"version"}).output;
    return std::atoi(text.substr(text.find("2.") + 2).c_str());
  }
  GitReading read(const GitAnswer& answer, const std::string& min_trust) {
    folder_.write("status", answer.status);
    folder_.write("words", answer.words);
    folder_.write("exit", std::to_string(answer.exit));
    const auto show = [&](const std::string& placeholder) {
      const auto end = git({"log", "-1", "--format=" + placeholder, id_}, min_trust);
      return end.errors.find("BUG: ") != std::string::npos ? "BUG" : end.output.substr(0, end.output.size() - 1);
    };
    return {.letter = show("%G?"),
            .signer = show("%GS"),
            .key = show("%GK"),
            .fingerprint = show("%GF"),
            .primary = show("%GP"),
            .trust = show("%GT"),
            .verify_exit = git({"verify-commit", id_}, min_trust).status};
  }

 private:
  static std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }
  ProcessEnd git(std::vector<std::string> arguments, const std::string& min_trust = "") {
    std::vector<std::string> line = {"git", "-c", "gpg.x509.program=" + (folder_ / "program").string()};
    if (!min_trust.empty()) line.insert(line.end(), {"-c", "gpg.minTrustLevel=" + min_trust});
    line.insert(line.end(), arguments.begin(), arguments.end());
    return run({.arguments = line,
                .environment = {{"HOME", folder_.path().string()}, {"GIT_CONFIG_NOSYSTEM", "1"}},
                .directory = folder_.path()},
               Deadline::after(std::chrono::minutes(1)));
  }

  TemporaryFolder folder_;
  std::string id_;
};

struct Row {
  const char* what;
  GitAnswer answer;
  const char* min_trust = "";
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"good", {.status = kWhole}},
      {"good and fully trusted", {.status = kWhole}, "FULLY"},
      {"good and not ultimate", {.status = kWhole}, "ULTIMATE"},
      {"good in the first line", {.status = lines({kGood, kValid, kFully})}},
      {"good, and the program fails", {.status = kWhole, .exit = 1}},
      {"good without trust", {.status = lines({kNew, kGood, kValid})}},
      {"good without trust, where some is wanted", {.status = lines({kNew, kGood, kValid})}, "MARGINAL"},
      {"good by nobody known", {.status = lines({kNew, kGood, kValid, kUndefined})}},
      {"good by nobody known, where that is wanted", {.status = lines({kNew, kGood, kValid, kUndefined})}, "MARGINAL"},
      {"trust in a word of its own", {.status = lines({kNew, kGood, "[GNUPG:] TRUST_WELL 0\n"})}},
      {"nothing of a signer", {.status = lines({kNew, "[GNUPG:] GOODSIG AAAA \n", kFully, kValid})}},
      {"not even a blank behind the key", {.status = lines({kNew, "[GNUPG:] GOODSIG AAAA\n", kFully, kValid})}},
      {"no primary key", {.status = lines({kNew, kGood, kShortValid, kFully})}},
      {"bad", {.status = lines({kNew, "[GNUPG:] BADSIG AAAA jane@example.test\n"}), .exit = 1}},
      {"bad in a program that ends well", {.status = lines({kNew, "[GNUPG:] BADSIG AAAA jane\n"})}},
      {"undecided", {.status = lines({kNew, "[GNUPG:] ERRSIG AAAA 19 8 00 0 9\n"}), .exit = 1}},
      {"undecided without a word", {.status = lines({kNew, "[GNUPG:] ERRSIG AAAA 19 8\n"}), .words = "", .exit = 1}},
      {"expired", {.status = lines({kNew, "[GNUPG:] EXPSIG AAAA jane\n"})}},
      {"by an expired key", {.status = lines({kNew, "[GNUPG:] EXPKEYSIG AAAA jane\n"})}},
      {"by a revoked key", {.status = lines({kNew, "[GNUPG:] REVKEYSIG AAAA jane\n"})}},
      {"two verdicts", {.status = lines({kNew, kGood, kValid, kFully, "[GNUPG:] BADSIG CCCC joe\n"})}},
      {"nothing", {.status = ""}},
      {"nothing, and the program fails", {.status = "", .exit = 1}}};
  return all;
}

TEST(GitReader, ConcludesAsTheGitThatIsInstalledHere) {
  InstalledGit git;
  const GitVersion& version = version_of(git.minor());
  for (const Row& row : rows()) {
    EXPECT_EQ(read_as(version, row.answer, row.min_trust), git.read(row.answer, row.min_trust)) << row.what;
  }
}

// Each version differs from the one before it in one of these answers.
TEST(GitReader, TellsEveryVersionFromTheOneBefore) {
  for (std::size_t i = 1; i < git_versions().size(); ++i) {
    bool differs = false;
    for (const Row& row : rows()) {
      differs |= !(read_as(git_versions()[i - 1], row.answer, row.min_trust) ==
                   read_as(git_versions()[i], row.answer, row.min_trust));
    }
    EXPECT_TRUE(differs) << "2." << git_versions()[i].minor;
  }
}

TEST(GitReader, TakesTwoVerdictsForNoneSinceTheyAreReadByLine) {
  const GitAnswer two = {.status = lines({kNew, kGood, kFully, "[GNUPG:] REVKEYSIG CCCC joe\n"})};
  EXPECT_EQ(read_as(version_of(19), two).letter, "R");
  EXPECT_EQ(read_as(version_of(20), two).letter, "E");
}

TEST(GitReader, TakesAnExpiredKeyFrom2Point54On) {
  const GitAnswer expired = {.status = lines({kNew, "[GNUPG:] EXPKEYSIG AAAA jane\n"})};
  EXPECT_EQ(read_as(version_of(53), expired).verify_exit, 1);
  EXPECT_EQ(read_as(version_of(54), expired).verify_exit, 0);
  EXPECT_EQ(read_as(version_of(54), expired).letter, "Y");
}

TEST(GitReader, TakesASilentFailureForNoSignatureBefore2Point34) {
  const GitAnswer silent = {.status = lines({kNew, "[GNUPG:] BADSIG AAAA jane\n"}), .words = "", .exit = 1};
  EXPECT_EQ(read_as(version_of(33), silent).letter, "N");
  EXPECT_EQ(read_as(version_of(34), silent).letter, "B");
}

}  // namespace
}  // namespace signet::test
