// `signet git setup`: git's configuration before, between and after, with a real git, agent and sandbox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <filesystem>

#include "common/file.h"
#include "json/reader.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GitSetup : public ::testing::Test {
 protected:
  GitSetup() {
    git({"config", "--global", "user.name", "The Maintainer"});
    git({"config", "--global", "user.email", std::string(Household::kSan)});
    git({"init", "-q", "-b", "main", (house_.folder() / "repo").string()}, house_.folder().path());
  }
  ProcessEnd git(std::vector<std::string> arguments, const std::filesystem::path& directory = {}) {
    arguments.insert(arguments.begin(), "git");
    return house_.run(std::move(arguments), directory);
  }
  ProcessEnd in_repository(std::vector<std::string> arguments) {
    return git(std::move(arguments), house_.folder() / "repo");
  }
  ProcessEnd setup(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"signet", "git", "setup"});
    return house_.run(std::move(arguments), house_.folder() / "repo");
  }
  std::string global() { return git({"config", "--global", "--list"}).output; }
  std::string local() { return in_repository({"config", "--local", "--list"}).output; }
  [[nodiscard]] std::filesystem::path kept() const { return house_.folder() / "home/.local/state/signet/git-setup"; }

  Household house_;
};

TEST_F(GitSetup, TriesWritesAndUndoesWhatItShows) {
  const std::string before = global();
  const auto done = setup();
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, AllOf(HasSubstr("your git configuration (global):\n"),
                                 HasSubstr("  gpg.format                unset -> x509\n"),
                                 HasSubstr("  gpg.x509.program          unset -> signet-git\n"),
                                 HasSubstr("  commit.gpgSign            unset -> true\n"),
                                 HasSubstr("signet: good signature from maintainer@example.test"),
                                 HasSubstr("written; signet git setup --undo puts back what was there")));
  EXPECT_THAT(done.errors, HasSubstr("one commit to try it; the token signs it"));
  ASSERT_EQ(in_repository({"commit", "-q", "--allow-empty", "-m", "signed without being asked"}).status, 0);
  EXPECT_EQ(in_repository({"log", "--format=%G?"}).output, "G\n");

  const auto undone = setup({"--undo"});
  ASSERT_EQ(undone.status, 0) << undone.errors;
  EXPECT_THAT(undone.output, AllOf(HasSubstr("  gpg.format                x509 -> unset\n"),
                                   HasSubstr("git's configuration is as it was before signet git setup")));
  EXPECT_EQ(global(), before);
}

TEST_F(GitSetup, LeavesNothingOfTheTrialBehindNorOfOneThatWasEnded) {
  std::filesystem::create_directories(kept() / "trial-aB3xYz/repository");
  std::filesystem::permissions(kept(), std::filesystem::perms::owner_all);
  ASSERT_EQ(setup().status, 0);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kept())) names.push_back(entry.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("global.json", "lock"));
  EXPECT_EQ(std::filesystem::status(kept() / "global.json").permissions(), std::filesystem::perms{0600});
}

TEST_F(GitSetup, PutsBackSeveralValuesAndThoseWithoutOne) {
  house_.folder().write("home/.gitconfig",
                        "[user]\n\tname = The Maintainer\n\temail = maintainer@example.test\n"
                        "[gpg]\n\tformat = openpgp\n\tformat = ssh\n[commit]\n\tgpgSign\n[tag]\n\tgpgSign = false\n");
  const std::string before = global();
  const auto done = setup({"--tags", "--identity", "maintainer"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, AllOf(HasSubstr("openpgp, ssh -> x509"), HasSubstr("true -> true"),
                                 HasSubstr("false -> true"), HasSubstr("unset -> signet:maintainer")));
  ASSERT_EQ(setup({"--undo"}).status, 0);
  EXPECT_EQ(git({"config", "--global", "--get-all", "gpg.format"}).output, "openpgp\nssh\n");
  EXPECT_EQ(git({"config", "--global", "--bool", "commit.gpgSign"}).output, "true\n");
  EXPECT_EQ(git({"config", "--global", "tag.gpgSign"}).output, "false\n");
  EXPECT_EQ(git({"config", "--global", "--get", "user.signingKey"}).status, 1);
  EXPECT_EQ(global().size(), before.size() + std::string_view("=true").size());
}

TEST_F(GitSetup, ASecondTimeKeepsWhatWasThereBeforeTheFirst) {
  git({"config", "--global", "gpg.format", "ssh"});
  const std::string before = global();
  ASSERT_EQ(setup().status, 0);
  const auto again = setup({"--identity", "maintainer"});
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_THAT(again.output, HasSubstr("  gpg.format                x509, as it is\n"));
  ASSERT_EQ(setup({"--undo"}).status, 0);
  EXPECT_EQ(global(), before);
}

TEST_F(GitSetup, ThatCannotWriteRemembersNothingOfIt) {
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  const std::string before = global();
  house_.folder().write("home/.gitconfig.lock", "");  // git takes it for another one that writes
  const auto failed = setup({"--no-try", "--identity", "maintainer"});
  EXPECT_EQ(failed.status, 2);
  EXPECT_THAT(failed.errors, AllOf(HasSubstr("git: error: could not lock config file"),
                                   HasSubstr("(setting user.signingKey; what was set is put back)")));
  std::filesystem::remove(house_.folder() / "home/.gitconfig.lock");
  EXPECT_EQ(global(), before);
  const auto undone = setup({"--undo"});
  EXPECT_EQ(undone.status, 0) << undone.errors;
  EXPECT_THAT(global(), Not(HasSubstr("gpg")));
}

TEST_F(GitSetup, PutsBackWhatTheUserSetAfterASetupThatCameToNothing) {
  house_.folder().write("home/.gitconfig.lock", "");
  EXPECT_EQ(setup({"--no-try"}).status, 2);
  std::filesystem::remove(house_.folder() / "home/.gitconfig.lock");
  EXPECT_FALSE(std::filesystem::exists(kept() / "global.json"));
  git({"config", "--global", "gpg.format", "openpgp"});
  const std::string before = global();
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  ASSERT_EQ(setup({"--undo"}).status, 0);
  EXPECT_EQ(global(), before);
}

TEST_F(GitSetup, ASecondTimePutsBackWhatTheUserSetSinceTheFirst) {
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  git({"config", "--global", "gpg.format", "ssh"});
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  ASSERT_EQ(setup({"--undo"}).status, 0);
  EXPECT_EQ(git({"config", "--global", "gpg.format"}).output, "ssh\n");
}

TEST_F(GitSetup, DoesNotUndoWhatTheUserChangedSince) {
  ASSERT_EQ(setup().status, 0);
  git({"config", "--global", "commit.gpgSign", "false"});
  const std::string before = global();
  const auto refused = setup({"--undo"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("changed since signet git setup: commit.gpgSign is false, and signet had "
                                              "set it to true (before: unset)"),
                                    HasSubstr("next: look which is meant; signet git setup --undo --force")));
  EXPECT_EQ(global(), before);
  EXPECT_EQ(setup({"--undo", "--force"}).status, 0);
  EXPECT_THAT(global(), Not(HasSubstr("gpg")));
}

TEST_F(GitSetup, UndoesOnceAndThenSaysThatThereIsNothing) {
  const auto never = setup({"--undo"});
  EXPECT_EQ(never.status, 2);
  EXPECT_THAT(never.errors, AllOf(HasSubstr("signet git setup has changed nothing in your git configuration (global)"),
                                  HasSubstr("for a repository: signet git setup --undo --local, in it")));
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  EXPECT_EQ(setup({"--undo"}).status, 0);
  EXPECT_EQ(setup({"--undo"}).status, 2);
}

TEST_F(GitSetup, OfOneRepositoryLeavesTheOthersAlone) {
  const std::string before = local();
  const std::string global_before = global();
  const auto done = setup({"--local"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("the git configuration of "));
  EXPECT_EQ(global(), global_before);
  EXPECT_THAT(local(), HasSubstr("gpg.format=x509"));
  EXPECT_EQ(setup({"--undo"}).status, 2) << "the global one was not changed";
  ASSERT_EQ(setup({"--undo", "--local"}).status, 0);
  EXPECT_EQ(local(), before);
  const auto nowhere = house_.run({"signet", "git", "setup", "--local"}, house_.folder() / "home");
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.errors, HasSubstr("not a git repository"));
}

// The identity is the one of the repository's committer.
TEST_F(GitSetup, OfOneRepositoryTriesWithItsOwnCommitter) {
  in_repository({"config", "user.signingKey", "signet:nobody"});
  const auto refused = setup({"--local"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("IdentityNotFound"));
  in_repository({"config", "user.signingKey", "signet:maintainer"});
  EXPECT_EQ(setup({"--local"}).status, 0);
}

TEST_F(GitSetup, ThatCannotSignChangesNothingAndSaysWhy) {
  const std::string before = global();
  const auto unknown = setup({"--identity", "nobody"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, AllOf(HasSubstr("IdentityNotFound: "), HasSubstr("nobody"),
                                    HasSubstr("trying it with one commit: nothing was written"), HasSubstr("next: ")));
  EXPECT_EQ(global(), before);
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(Deadline::after(std::chrono::minutes(1))));
  const auto nobody = setup();
  EXPECT_EQ(nobody.status, 3);
  EXPECT_THAT(nobody.errors, AllOf(HasSubstr("AgentUnavailable: no agent answers at"),
                                   HasSubstr("next: start it with: signet-agent")));
  EXPECT_EQ(global(), before);
  EXPECT_FALSE(std::filesystem::exists(kept() / "global.json"));
}

TEST_F(GitSetup, WithoutAnAddressNothingIsSigned) {
  git({"config", "--global", "--unset", "user.email"});
  git({"config", "--global", "user.useConfigOnly", "true"});
  const auto end = setup();
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("email"));
  git({"config", "--global", "user.email", std::string(Household::kSan)});
  EXPECT_EQ(setup().status, 0);
}

TEST_F(GitSetup, DryRunShowsItAloneAndAsksNobody) {
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(Deadline::after(std::chrono::minutes(1))));
  const std::string before = global();
  const auto end = setup({"--dry-run"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, AllOf(HasSubstr("unset -> x509"), HasSubstr("nothing was changed (--dry-run)")));
  EXPECT_EQ(global(), before);
}

TEST_F(GitSetup, SaysWhatCountsForMoreThanWhatItWrote) {
  in_repository({"config", "gpg.format", "openpgp"});
  const auto end = setup();
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr("here gpg.format is openpgp: file:.git/config (local) counts for more"));
}

TEST_F(GitSetup, TakesNeitherHooksNorTemplatesNorTheRepositoryOfItsCaller) {
  house_.folder().write("home/hooks-were-run", "");
  std::filesystem::create_directory(house_.folder() / "hooks");
  const std::string mark = (house_.folder() / "marked").string();
  for (const char* hook : {"pre-commit", "commit-msg", "post-commit", "reference-transaction"}) {
    house_.folder().write(std::string("hooks/") + hook, "#!/bin/sh\ntouch " + mark + "\n", 0755);
  }
  git({"config", "--global", "core.hooksPath", (house_.folder() / "hooks").string()});
  const auto end = house_.run({"signet", "git", "setup"}, house_.folder() / "repo",
                              {{"GIT_DIR", (house_.folder() / "repo/.git").string()}});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_FALSE(std::filesystem::exists(mark));
  EXPECT_EQ(in_repository({"count-objects"}).output, "0 objects, 0 kilobytes\n");
}

TEST_F(GitSetup, ShowsWhatGitsignsKeysMeanHere) {
  git({"config", "--global", "gitsign.fulcio", "https://fulcio.sigstore.dev"});
  git({"config", "--global", "gitsign.matchCommitter", "true"});
  in_repository({"config", "gitsign.rekor", "https://rekor.attacker.example"});
  const auto end = setup({"--dry-run"});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(
      end.output,
      AllOf(HasSubstr("gitsign's configuration, which signet does not read:\n"),
            HasSubstr("  gitsign.fulcio = https://fulcio.sigstore.dev\n    belongs to the instance public-good"),
            HasSubstr("  gitsign.matchCommitter = true\n    is not asked for: "),
            HasSubstr("  gitsign.rekor = https://rekor.attacker.example\n    is this repository's, and counts")));
}

TEST_F(GitSetup, TellsProgramsTheSame) {
  const auto end = setup({"--json"});
  ASSERT_EQ(end.status, 0) << end.errors;
  const auto value = json::parse(end.output);
  ASSERT_TRUE(value) << end.output;
  const json::Object& object = *value->as_object();
  EXPECT_EQ(*object.find("schema")->as_string(), "signet.git-setup/1");
  EXPECT_EQ(*object.find("written")->as_bool(), true);
  EXPECT_THAT(*object.find("trial")->as_string(), HasSubstr("good signature"));
  const json::Object& first = *object.find("settings")->as_array()->at(0).as_object();
  EXPECT_EQ(*first.find("key")->as_string(), "gpg.format");
  EXPECT_TRUE(first.find("before")->as_array()->empty());
  EXPECT_EQ(*first.find("after")->as_array()->at(0).as_string(), "x509");
  const auto undone = setup({"--undo", "--json"});
  EXPECT_THAT(undone.output, AllOf(HasSubstr("\"undo\":true"), HasSubstr("\"before\":[\"x509\"],\"after\":[]")));
}

TEST_F(GitSetup, RefusesFlagsThatContradictEachOther) {
  const auto refuses = [this](std::vector<std::string> arguments, const std::string& why) {
    const auto end = setup(std::move(arguments));
    EXPECT_EQ(end.status, 2) << why;
    EXPECT_THAT(end.errors, HasSubstr(why));
  };
  refuses({"--global", "--local"}, "--global and --local are two configurations");
  refuses({"--force"}, "--force belongs to --undo");
  refuses({"--undo", "--tags"}, "--undo puts back everything, and takes no --tags");
  refuses({"--format", "openpgp"}, "there is no format openpgp");
  refuses({"now"}, "signet git setup takes no now");
  EXPECT_EQ(global().find("gpg"), std::string::npos);
}

TEST_F(GitSetup, ARecordThatIsNoneIsNotGuessedAt) {
  ASSERT_EQ(setup({"--no-try"}).status, 0);
  const auto record = kept() / "global.json";
  const auto good = read_file(record, 1U << 20U);
  ASSERT_TRUE(good);
  ASSERT_TRUE(write_file_atomic(record, R"({"version": 2, "settings": []})", 0600));
  const auto refused = setup({"--undo"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("is 2, which this version of signet does not know"), HasSubstr("next: move it away")));
  ASSERT_TRUE(write_file_atomic(record, *good, 0600));
  EXPECT_EQ(setup({"--undo"}).status, 0);
}

}  // namespace
}  // namespace signet::test
