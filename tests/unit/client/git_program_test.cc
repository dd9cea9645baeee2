// The real program, as git runs it, against a scripted agent; and git itself, which judges what it gets.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "common/file.h"
#include "protocol/agent_messages.h"
#include "tests/support/process.h"
#include "tests/support/sanitized.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet {
namespace {

using protocol::Call;
using test::kWait;
using test::result_text;
using test::run;
using test::ScriptedAgent;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr std::chrono::seconds kLong{60};
constexpr const char* kArmor = "-----BEGIN SIGNED MESSAGE-----\nMIIHAA==\n-----END SIGNED MESSAGE-----\n";
const std::string kProgram = std::string(SIGNET_BIN_DIR) + "/signet-git";
const std::string kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.org> 1700000000 +0000\n"
    "committer A <a@example.org> 1700000000 +0000\n\nmessage\n";

std::string good_result(const std::string& algorithm = R"("algorithm":"p256",)") {
  return result_text(0,
                     algorithm + R"("cms":"-----BEGIN SIGNED MESSAGE-----\nMIIHAA==\n-----END SIGNED MESSAGE-----\n")");
}

test::ProcessEnd sign(const std::filesystem::path& socket, std::vector<std::string> arguments,
                      const std::string& input) {
  arguments.insert(arguments.begin(), kProgram);
  return run({.arguments = std::move(arguments), .environment = {{"SIGNET_SOCK", socket.native()}}, .input = input},
             Deadline::after(kLong));
}

TEST(SignetGit, WritesTheSignatureAndThenTheStatusLines) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result()}; });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "A <a@example.org>"}, kCommit);
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.output, kArmor);
  EXPECT_THAT(end.errors, MatchesRegex("\\[GNUPG:\\] BEGIN_SIGNING\n\\[GNUPG:\\] SIG_CREATED D 19 8 00 [0-9]+ 0a1b\n"));
  const auto calls = agent.calls();
  ASSERT_EQ(calls.size(), 1U);
  const auto request = protocol::parse_sign_request(calls[0].parameters);
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->identity, std::nullopt);
  EXPECT_EQ(request->output, protocol::Output::Cms);
  ASSERT_EQ(request->items.size(), 1U);
  EXPECT_EQ(std::get<protocol::GitContent>(request->items[0].object).object, to_bytes(kCommit));
}

struct StatusNumbers {
  const char* algorithm;
  const char* numbers;
};
class SignetGitStatus : public testing::TestWithParam<StatusNumbers> {};

TEST_P(SignetGitStatus, NumbersKeyAndHashAsOpenPgpDoes) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result(GetParam().algorithm)}; });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, kCommit);
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.errors, HasSubstr(std::string("SIG_CREATED D ") + GetParam().numbers + " 00 "));
}

INSTANTIATE_TEST_SUITE_P(Keys, SignetGitStatus,
                         testing::Values(StatusNumbers{R"("algorithm":"p256",)", "19 8"},
                                         StatusNumbers{R"("algorithm":"p384",)", "19 9"},
                                         StatusNumbers{R"("algorithm":"rsa3072",)", "1 8"}, StatusNumbers{"", "0 0"}));

TEST(SignetGit, NamesTheIdentityOfTheSigningKey) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result()}; });
  EXPECT_EQ(sign(agent.socket(), {"--status-fd=2", "-bsau", "signet:work"}, kCommit).status, 0);
  EXPECT_EQ(protocol::parse_sign_request(agent.calls().at(0).parameters).value().identity, "work");
}

TEST(SignetGit, WritesNothingToStdoutWhenTheAgentRefuses) {
  ScriptedAgent agent([](const Call&) {
    return std::vector<std::string>{
        R"({"error":"org.signet.Agent.NotAuthorized","parameters":{"what":"not for you","remedy":"ask"}})"};
  });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, kCommit);
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_EQ(end.errors, "signet-git: NotAuthorized: not for you\n  next: ask\n");
}

TEST(SignetGit, WritesNothingToStdoutWhenTheItemFailed) {
  ScriptedAgent agent([](const Call&) {
    return std::vector{result_text(0, R"("failure":{"error":"TouchTimeout","what":"nobody touched it"})")};
  });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, kCommit);
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, HasSubstr("TouchTimeout: nobody touched it"));
  EXPECT_THAT(end.errors, Not(HasSubstr("SIG_CREATED")));
}

TEST(SignetGit, WritesNothingToStdoutWhenTheSignatureIsNotOneThatGitCouldStore) {
  ScriptedAgent agent([](const Call&) {
    return std::vector{result_text(0, R"("cms":"-----BEGIN SIGNED MESSAGE-----\nMIIH\n-----END SIGNED MESSAGE-----")")};
  });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, kCommit);
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, HasSubstr("no signature that git can store"));
}

TEST(SignetGit, SaysWhereNoAgentIsAndHowToStartOne) {
  const test::TemporaryFolder folder;
  const auto end = sign(folder / "agent.sock", {"--status-fd=2", "-bsau", "x"}, kCommit);
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, HasSubstr("no agent answers at " + (folder / "agent.sock").native()));
  EXPECT_THAT(end.errors, HasSubstr("next: start it with: signet-agent"));
}

TEST(SignetGit, ReadsALargeObjectToItsEndAndNamesTheLimit) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result()}; });
  const auto end = sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, kCommit + std::string(3'000'000, 'm'));
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors,
              HasSubstr("LimitExceeded: standard input is larger than 2621440 bytes (reading the git object)"));
  EXPECT_TRUE(agent.calls().empty());
  const std::string fits = kCommit + std::string(2'621'440 - kCommit.size(), 'm');
  EXPECT_EQ(sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, fits).status, 0);
}

TEST(SignetGit, RefusesAnEmptyObjectAndABadLine) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result()}; });
  EXPECT_EQ(sign(agent.socket(), {"--status-fd=2", "-bsau", "x"}, "").status, 2);
  const auto end = sign(agent.socket(), {"--frobnicate"}, "");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("unknown option --frobnicate"));
  EXPECT_THAT(end.errors, HasSubstr("next: see: signet-git --help"));
  EXPECT_TRUE(agent.calls().empty());
}

TEST(SignetGit, TeachesInItsHelp) {
  const auto end = sign("/nowhere", {"--help"}, "");
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.output, HasSubstr("git config --global gpg.x509.program signet-git"));
}

std::string asking() {
  return R"({"parameters":{"progress":{"kind":"signing","index":0,"text":"asking the token"}},"continues":true})";
}

std::string place_in_queue() {
  return R"({"parameters":{"progress":{"kind":"signing","index":0,"text":"place 2 in the queue","place":2}},"continues":true})";
}

std::string touch_prompt() {
  return R"({"parameters":{"progress":{"kind":"touch_needed","index":0,"text":"touch the key\u001b[31m"}},"continues":true})";
}

// git shows stderr when all is over; script(1) gives the program a terminal of its own.
TEST(SignetGit, AsksForATouchOnTheTerminalAndNowhereElse) {
  ScriptedAgent agent([](const Call&) { return std::vector{touch_prompt(), good_result()}; });
  const test::TemporaryFolder folder;
  const auto seen = run({.arguments = {"script", "-qec", kProgram + " --status-fd=2 -bsau x <object >out 2>err", "log"},
                         .environment = {{"SIGNET_SOCK", agent.socket().native()}},
                         .directory = (folder.write("object", kCommit), folder.path())},
                        Deadline::after(kLong));
  EXPECT_EQ(seen.status, 0) << seen.errors;
  EXPECT_THAT(seen.output, HasSubstr("signet: touch the key\uFFFD[31m"));
  EXPECT_EQ(read_file(folder / "out", 1U << 20U).value_or(""), kArmor);
  EXPECT_THAT(read_file(folder / "err", 1U << 20U).value_or("touch"), Not(HasSubstr("touch")));
}

TEST(SignetGit, WithoutATerminalTellsOfTheTouchWhenItFailed) {
  ScriptedAgent agent([](const Call&) {
    return std::vector{asking(), place_in_queue(), touch_prompt(),
                       result_text(0, R"("failure":{"error":"TouchTimeout","what":"nobody touched it"})")};
  });
  const auto end = run({.arguments = {"setsid", "--wait", kProgram, "--status-fd=2", "-bsau", "x"},
                        .environment = {{"SIGNET_SOCK", agent.socket().native()}},
                        .input = kCommit},
                       Deadline::after(kLong));
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_EQ(
      end.errors,
      "signet: place 2 in the queue\nsignet: touch the key\uFFFD[31m\nsignet-git: TouchTimeout: nobody touched it\n");
}

TEST(SignetGit, CancelsTheRequestWhenGitGoesAway) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  UniqueFd reader(pipe_ends[0]);
  UniqueFd writer(pipe_ends[1]);
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{kWait}; });
  test::Process program({.arguments = {kProgram, "--status-fd=2", "-bsau", "x"},
                         .environment = {{"SIGNET_SOCK", agent.socket().native()}},
                         .descriptors = {{STDOUT_FILENO, writer.get()}},
                         .input = kCommit});
  writer.reset();
  const Deadline deadline = Deadline::after(kLong);
  while (agent.calls().empty() && !deadline.passed()) ::usleep(1000);
  reader.reset();
  EXPECT_TRUE(agent.saw_cancel());
  const auto end = program.wait(deadline);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_THAT(end->errors, HasSubstr("Cancelled"));
}

// git is the judge of what is written: it stores the signature as a header, and finds it again.
TEST(SignetGit, MakesACommitThatGitStoresWithItsSignature) {
  ScriptedAgent agent([](const Call&) { return std::vector{good_result()}; });
  const test::TemporaryFolder folder;
  const auto git = [&](std::vector<std::string> arguments) {
    std::vector<std::string> line = {
        "git",         "-c", "gpg.format=x509",         "-c", "gpg.x509.program=" + kProgram, "-c",
        "user.name=A", "-c", "user.email=a@example.org"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return run({.arguments = line,
                .environment = {{"SIGNET_SOCK", agent.socket().native()}, {"GIT_CONFIG_GLOBAL", "/dev/null"}},
                .directory = folder.path()},
               Deadline::after(kLong));
  };
  ASSERT_EQ(git({"init", "-q", "."}).status, 0);
  const auto commit = git({"commit", "-q", "--allow-empty", "-S", "-m", "first"});
  ASSERT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(git({"cat-file", "commit", "HEAD"}).output,
              HasSubstr("gpgsig -----BEGIN SIGNED MESSAGE-----\n MIIHAA==\n -----END SIGNED MESSAGE-----\n\nfirst\n"));
  const auto tag = git({"tag", "-s", "v1", "-m", "tag"});
  ASSERT_EQ(tag.status, 0) << tag.errors;
  EXPECT_THAT(git({"cat-file", "tag", "v1"}).output, HasSubstr(std::string("\n\ntag\n") + kArmor));
}

TEST(SignetGit, LinksNoLibraryThatIsSlowToStart) {
  const auto end = run({.arguments = {"ldd", kProgram}}, Deadline::after(kLong));
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, HasSubstr("libc.so"));
  for (const char* library : {"crypto", "ssl", "curl", "p11", "boost", "fmt"}) {
    EXPECT_THAT(end.output, Not(HasSubstr(library)));
  }
  if (test::kSanitized) return;  // sanitizers bring libraries of their own, and the C++ library with them
  for (const char* library : {"stdc++", "gcc_s"}) EXPECT_THAT(end.output, Not(HasSubstr(library)));
}

}  // namespace
}  // namespace signet
