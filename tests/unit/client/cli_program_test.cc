// The real `signet`: what it says, to which stream, and how it ends.
#include "tests/unit/client/cli_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/writer.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet {
namespace {

using protocol::Call;
using test::json_output;
using test::reply_text;
using test::run_signet;
using test::ScriptedAgent;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::vector<std::string>> kVerbs = {{"sign"},
                                                      {"attest"},
                                                      {"verify"},
                                                      {"status"},
                                                      {"key", "list"},
                                                      {"key", "generate"},
                                                      {"token", "list"},
                                                      {"token", "pin"},
                                                      {"token", "release"},
                                                      {"token", "reacquire"},
                                                      {"unlock"},
                                                      {"lock"},
                                                      {"login"},
                                                      {"logout"},
                                                      {"audit", "verify"},
                                                      {"audit", "list"},
                                                      {"audit", "checkpoint"},
                                                      {"audit", "certify"},
                                                      {"git", "setup"},
                                                      {"git", "attest"},
                                                      {"git", "verify"},
                                                      {"git", "show"},
                                                      {"git", "sync"}};

std::string text_of(const json::Value& object, std::string_view name) {
  const json::Value* member = object.as_object() == nullptr ? nullptr : object.as_object()->find(name);
  return member == nullptr || member->as_string() == nullptr ? "(none)" : *member->as_string();
}

TEST(Signet, WithoutAVerbShowsWhatItCanAndIsAUsageError) {
  const auto end = run_signet({.arguments = {}});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, HasSubstr("usage: signet VERB"));
}

TEST(Signet, TeachesOnEveryLevel) {
  const auto top = run_signet({.arguments = {"--help"}});
  EXPECT_EQ(top.status, 0);
  for (const std::vector<std::string>& verb : kVerbs) {
    const std::string name = verb.size() == 2 ? verb[0] + " " + verb[1] : verb[0];
    EXPECT_THAT(top.output, HasSubstr("\n  " + name + " "));
    std::vector<std::string> line = verb;
    line.emplace_back("--help");
    const auto end = run_signet({.arguments = line});
    EXPECT_EQ(end.status, 0) << name;
    EXPECT_THAT(end.output, StartsWith("usage: signet " + name + " [OPTIONS]"));
    EXPECT_THAT(end.output, HasSubstr("\n  signet " + name)) << "no example";
    EXPECT_THAT(end.output, HasSubstr("--json"));
    EXPECT_THAT(end.errors, IsEmpty());
  }
  EXPECT_THAT(top.output, Not(HasSubstr("git-verify")));
  const auto key = run_signet({.arguments = {"key", "--help"}});
  EXPECT_EQ(key.status, 0);
  EXPECT_THAT(key.output, HasSubstr("\n  signet key list      list the keys on the tokens\n"));
  EXPECT_THAT(key.output, HasSubstr("\n  signet key generate  make a key on a token\n"));
}

TEST(Version, ShowsWhatItCanDoAndRunsWith) {
  const auto text = run_signet({.arguments = {"--version"}});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output, testing::MatchesRegex("signet " SIGNET_VERSION
                                                 "\nfeatures: sign-bundle .*\nlibraries: OpenSSL 3[.].*\n"));
  const auto json = run_signet({.arguments = {"--json", "--version"}});
  EXPECT_EQ(json.status, 0);
  EXPECT_THAT(json.output, StartsWith(R"({"schema":"signet.version/1","program":"signet","version":")" SIGNET_VERSION
                                      R"(","features":["sign-bundle",)"));
  EXPECT_THAT(json.output, HasSubstr(R"("libraries":{"OpenSSL":"3.)"));
}

TEST(Version, TakesNothingBesideJson) {
  const auto end = run_signet({.arguments = {"--version", "--verbose"}});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("there is no verb --version"));
}

// Whatever it is about to send, first it looks whose socket that is.
TEST(Signet, ChecksTheSocketBeforeAnyVerbUsesIt) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  folder.write("token", "e30.e30.e30");
  std::filesystem::permissions(folder / "token", std::filesystem::perms::owner_read);
  const std::vector<std::vector<std::string>> asking = {{"sign", "file"},
                                                        {"status"},
                                                        {"key", "list"},
                                                        {"key", "generate", "--token", "t", "--label", "l"},
                                                        {"token", "list"},
                                                        {"token", "release", "desk"},
                                                        {"token", "reacquire", "desk"},
                                                        {"login", "--token-file", "token"},
                                                        {"logout"}};
  const std::map<std::string, std::string> sockets = {
      {"agent.sock", "SIGNET_SOCK is the relative path agent.sock"},
      {(folder / "file").native(), "is no socket"},
      {(folder / "none").native(), "no agent answers at"},
      {"/" + std::string(107, 's'), "108 bytes; a socket's path has 1 to 107"}};
  for (const std::vector<std::string>& verb : asking) {
    for (const auto& [socket, why] : sockets) {
      const auto end =
          run_signet({.arguments = verb, .environment = {{"SIGNET_SOCK", socket}}, .directory = folder.path()});
      EXPECT_GE(end.status, 2) << verb[0];
      EXPECT_THAT(end.errors, HasSubstr(why)) << verb[0];
      EXPECT_THAT(end.errors, HasSubstr("next: ")) << verb[0];
    }
  }
}

struct Usage {
  std::vector<std::string> arguments;
  const char* what;
  const char* next;
};

class UsageError : public testing::TestWithParam<Usage> {};

TEST_P(UsageError, HasStatus2AndSaysWhatNext) {
  const auto end = run_signet({.arguments = GetParam().arguments});
  EXPECT_EQ(end.status, 2) << end.errors;
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, HasSubstr(GetParam().what));
  EXPECT_THAT(end.errors, HasSubstr(std::string("next: ") + GetParam().next));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, UsageError,
    testing::Values(
        Usage{{"frobnicate"}, "there is no verb frobnicate", "see: signet --help"},
        Usage{{"sing", "f"}, "there is no verb sing", "did you mean signet sign? see: signet --help"},
        Usage{{"veirfy", "f"}, "there is no verb veirfy", "did you mean signet verify? see"},
        Usage{{"sign", "--identiy", "a", "f"}, "signet sign has no option --identiy", "did you mean --identity? see"},
        Usage{{"verify", "--certificate-identiti=a", "f"}, "has no option", "did you mean --certificate-identity? see"},
        Usage{{"key"}, "signet key needs one more word", "see: signet key --help"},
        Usage{{"audit"}, "signet audit needs one more word", "see: signet audit --help"},
        Usage{{"audit", "list", "--since", "yesterday", "--state-dir", "/"}, "is not a time", "for example --since"},
        Usage{{"key", "frobnicate"}, "there is no verb key frobnicate", "see: signet key --help"},
        Usage{{"audit", "verfy"}, "there is no verb audit verfy", "did you mean signet audit verify? "},
        Usage{{"status", "--frobnicate"}, "frobnicate", "see: signet status --help"},
        Usage{{"status", "--jso"}, "jso", "did you mean --json? see: signet status --help"},
        Usage{{"token", "release"}, "one token is named, not 0", "`signet token list` lists them"},
        Usage{{"token", "reacquire", "a", "b"}, "one token is named, not 2", "`signet token list` lists them"},
        Usage{{"status", "file"}, "signet status takes no file", "see: signet status --help"},
        Usage{{"sign"}, "no file to sign", "for example: signet sign"},
        Usage{{"sign", "--identity"}, "identity", "see: signet sign --help"},
        Usage{{"sign", "--log", "require", "--log", "none", "f"}, "--log is given twice", "see: signet sign"},
        Usage{{"sign", "--bundle", "b", "one", "two"}, "--bundle is for a single file", "without it"},
        Usage{{"verify"}, "no file to verify", "for example: signet verify"},
        Usage{{"verify", "--identity", "a", "f"}, "--identity without --issuer", "an identity is both"},
        Usage{{"verify", "--certificate-oidc-issuer", "a", "f"}, "--issuer without --identity", "an identity"},
        Usage{{"verify", "--trusted-root", "r", "--instance", "i", "f"}, "at once", "an instance has its own"},
        Usage{{"verify", "sha256:00"}, "a digest has no file", "name the bundle: --bundle"},
        Usage{{"attest", "f"}, "needs --predicate and --type", "for example: signet attest"},
        Usage{{"verify", "--type", "x y", "f"}, "neither a URI nor a known short name", "give the URI"},
        Usage{{"sign", "--timeout", "0", "f"}, "is no number from 1 to 300", "leave it out"},
        Usage{{"sign", "--log", "maybe", "f"}, "none of require, queue and none", "leave it out"},
        Usage{{"login"}, "signet login needs --token-file", "for example: signet login"},
        Usage{{"key", "generate", "--token", "t", "--slot", "9c", "--id", "01"},
              "--slot and --id exclude each other",
              "on a PIV card give the slot"},
        Usage{{"key", "generate", "--token", "t", "--slot", "9c", "--touch", "perhaps"},
              "--touch does not know \"perhaps\"",
              "say never, always or cached"},
        Usage{{"key", "generate", "--label", "a"}, "needs --token, and --label or --slot", "for example: signet key"},
        Usage{{"git-verify"}, "needs one file with a signature", "git calls this by itself"}));

TEST(Signet, SaysHowToStartAnAgentWhereNoneAnswers) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("file", "content");
  const std::filesystem::path token = folder.write("token", "a.b.c");
  const std::map<std::string, std::string> environment = {{"SIGNET_SOCK", (folder / "agent.sock").native()}};
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"status"}, std::vector<std::string>{"key", "list"},
        std::vector<std::string>{"key", "generate", "--token", "t", "--label", "l"}, std::vector<std::string>{"logout"},
        std::vector<std::string>{"login", "--token-file", token.native()},
        std::vector<std::string>{"sign", file.native()}}) {
    const auto end = run_signet({.arguments = line, .environment = environment});
    EXPECT_EQ(end.status, 3) << line[0];
    EXPECT_THAT(end.output, IsEmpty());
    EXPECT_THAT(end.errors, HasSubstr("AgentUnavailable: no agent answers at " + (folder / "agent.sock").native()));
    EXPECT_THAT(end.errors, HasSubstr("next: start it with: signet-agent"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "file.sigstore.json"));
  const auto unset = run_signet({.arguments = {"status"}});
  EXPECT_EQ(unset.status, 3);
  EXPECT_THAT(unset.errors, HasSubstr("neither SIGNET_SOCK nor XDG_RUNTIME_DIR is set"));
  const auto relative = run_signet({.arguments = {"status"}, .environment = {{"SIGNET_SOCK", "agent.sock"}}});
  EXPECT_EQ(relative.status, 3);
  EXPECT_THAT(relative.errors, HasSubstr("SIGNET_SOCK is the relative path agent.sock"));
}

TEST(Signet, WithJsonWritesAnErrorAsOneObjectAndTheTextBeside) {
  const TemporaryFolder folder;
  const auto end = run_signet(
      {.arguments = {"status", "--json"}, .environment = {{"SIGNET_SOCK", (folder / "agent.sock").native()}}});
  EXPECT_EQ(end.status, 3);
  const json::Value object = json_output(end);
  EXPECT_EQ(text_of(object, "schema"), "signet.error/1");
  EXPECT_EQ(text_of(object, "error"), "AgentUnavailable");
  EXPECT_EQ(text_of(object, "remedy"), "start it with: signet-agent");
  EXPECT_THAT(end.errors, HasSubstr("AgentUnavailable"));
}

std::string status_members() {
  return R"("version":"1\u001b[31m","features":[],"pid":7,"uptime_s":3,"config":"/c","default_identity":"work",)"
         R"("tokens":[{"name":"desk","state":"ready","label":"a\nb"}],)"
         R"("identities":[{"name":"work","instance":"sandbox","san":"jane@example.org","issuer":"https://i.example",)"
         R"("use":["git","blob"],"log":"require","key":"pkcs11:id=%01","fingerprint":"sha256:00"}],)"
         R"("signatures":5,"certificates":2)";
}

TEST(Signet, ShowsTheStatusAndMakesWhatComesFromOutsideSafe) {
  ScriptedAgent agent([](const Call&) { return std::vector{reply_text(status_members())}; });
  const auto end = run_signet({.arguments = {"status"}, .environment = {{"SIGNET_SOCK", agent.socket().native()}}});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, HasSubstr("identity work (default)\n  san        jane@example.org\n"));
  EXPECT_THAT(end.output, HasSubstr("  signed     5 signatures, 2 certificates\n"));
  EXPECT_THAT(end.output, HasSubstr("  label      a\uFFFD"
                                    "b\n"));
  EXPECT_THAT(end.output, Not(HasSubstr("\x1b")));
  const auto json =
      run_signet({.arguments = {"status", "--json"}, .environment = {{"SIGNET_SOCK", agent.socket().native()}}});
  EXPECT_EQ(text_of(json_output(json), "schema"), "signet.status/1");
  EXPECT_EQ(text_of(json_output(json), "default_identity"), "work");
}

TEST(Signet, ListsAndMakesKeys) {
  ScriptedAgent agent([](const Call& call) {
    const std::string key =
        R"({"token":"desk","label":"release","id":"01","algorithm":"p256","uri":"pkcs11:id=%01","fingerprint":"sha256:0a",)"
        R"("public_key":"PEM","identities":["work","home"]})";
    return std::vector{call.method.ends_with(".Keys") ? reply_text("\"keys\":[" + key + "]")
                                                      : reply_text("\"key\":" + key)};
  });
  const std::map<std::string, std::string> environment = {{"SIGNET_SOCK", agent.socket().native()}};
  const auto list = run_signet({.arguments = {"key", "list", "--token", "desk"}, .environment = environment});
  EXPECT_EQ(list.status, 0) << list.errors;
  EXPECT_EQ(list.output,
            "release\n  token      desk\n  algorithm  p256\n  id         01\n  key        pkcs11:id=%01\n"
            "  public_key sha256:0a\n  identities work, home\n");
  const auto made = run_signet({.arguments = {"key", "generate", "--token", "desk", "--label", "release", "--json"},
                                .environment = environment});
  EXPECT_EQ(made.status, 0) << made.errors;
  EXPECT_EQ(text_of(json_output(made), "schema"), "signet.key/1");
  EXPECT_THAT(made.errors, StartsWith("made release\n"));
  EXPECT_EQ(json::write(agent.calls().at(1).parameters), R"({"token":"desk","label":"release"})");
}

TEST(Signet, GivesTheIdTokenToTheAgentAndToNobodyElse) {
  ScriptedAgent agent([](const Call& call) {
    return std::vector{call.method.ends_with(".Login")
                           ? reply_text(R"("identity":"work","san":"jane@example.org","issuer":"https://i.example",)"
                                        R"("until":"2026-02-01T12:00:00Z")")
                           : std::string("{}")};
  });
  const std::map<std::string, std::string> environment = {{"SIGNET_SOCK", agent.socket().native()}};
  const TemporaryFolder folder;
  const std::filesystem::path token = folder.write("token", "header.payload.signature\n", 0600);
  const auto file = run_signet(
      {.arguments = {"login", "--token-file", token.native(), "--identity", "work"}, .environment = environment});
  EXPECT_EQ(file.status, 0) << file.errors;
  EXPECT_THAT(file.output, HasSubstr("logged in as work\n"));
  EXPECT_THAT(file.output + file.errors, Not(HasSubstr("payload")));
  const auto stdin_end = run_signet(
      {.arguments = {"login", "--token-file", "-"}, .environment = environment, .input = "header.payload.signature\n"});
  EXPECT_EQ(stdin_end.status, 0) << stdin_end.errors;
  ASSERT_EQ(agent.calls().size(), 2U);
  EXPECT_EQ(json::write(agent.calls()[0].parameters), R"({"identity":"work","id_token":"header.payload.signature"})");
  EXPECT_EQ(json::write(agent.calls()[1].parameters), R"({"id_token":"header.payload.signature"})");
  const auto out = run_signet({.arguments = {"logout"}, .environment = environment});
  EXPECT_EQ(out.output, "logged out all identities\n");
}

TEST(Signet, RefusesATokenFileThatOthersMayRead) {
  const TemporaryFolder folder;
  const auto end = run_signet({.arguments = {"login", "--token-file", folder.write("token", "a.b.c", 0644).native()}});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("chmod 600"));
  const auto empty = run_signet({.arguments = {"login", "--token-file", "-"}, .input = "\n"});
  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.errors, HasSubstr("standard input holds no ID token"));
  const auto absent = run_signet({.arguments = {"login", "--token-file", (folder / "none").native()}});
  EXPECT_EQ(absent.status, 2);
  EXPECT_THAT(absent.errors, HasSubstr((folder / "none").native()));
  const auto irregular = run_signet({.arguments = {"login", "--token-file", folder.path().native()}});
  EXPECT_EQ(irregular.status, 2);
  EXPECT_THAT(irregular.errors, HasSubstr("not a regular file"));
  EXPECT_THAT(irregular.errors, HasSubstr("next: --token-file names a regular file of yours"));
}

TEST(Signet, LinksNoNetworkAndNoTokenLibrary) {
  const auto end = test::run({.arguments = {"ldd", std::string(SIGNET_BIN_DIR) + "/signet"}},
                             Deadline::after(std::chrono::seconds(60)));
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, HasSubstr("libcrypto"));
  for (const char* library : {"curl", "p11", "pcsc", "boost"}) EXPECT_THAT(end.output, Not(HasSubstr(library)));
}

// What Status says of one token, and which features the agent has.
test::Script with_token(const std::string& token, const std::string& features = "\"enter-pin\"") {
  const std::string status =
      reply_text(R"("version":"0.1.0","features":[)" + features + R"(],"pid":1,"uptime_s":1,"config":"c","tokens":[)" +
                 token + R"(],"identities":[],"signatures":0,"certificates":0)");
  return [status](const Call&) { return std::vector<std::string>{status}; };
}

TEST(Signet, UnlockKnowsTheTokensAndWhatTheAgentCan) {
  const ScriptedAgent agent(with_token(R"({"name":"desk","state":"ready","pin":"none"})"));
  const auto unknown =
      run_signet({.arguments = {"unlock", "vault"}, .environment = {{"SIGNET_SOCK", agent.socket().native()}}});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_THAT(unknown.errors, HasSubstr("the configuration has no token vault"));
  EXPECT_EQ(run_signet({.arguments = {"unlock"}, .environment = {{"SIGNET_SOCK", agent.socket().native()}}}).status, 2);
  const ScriptedAgent old(with_token(R"({"name":"desk","state":"ready"})", ""));
  EXPECT_THAT(
      run_signet({.arguments = {"unlock", "desk"}, .environment = {{"SIGNET_SOCK", old.socket().native()}}}).errors,
      HasSubstr("of a version that takes no PINs"));
}

TEST(Signet, UnlockAsksForNoPinThatIsNotNeededOrIsLocked) {
  const ScriptedAgent known(with_token(R"({"name":"desk","state":"ready","pin":"accepted"})"));
  const auto end = run_signet(
      {.arguments = {"unlock", "desk", "--json"}, .environment = {{"SIGNET_SOCK", known.socket().native()}}});
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.output, HasSubstr(R"("state":"unlocked")"));
  const ScriptedAgent locked(with_token(R"({"name":"desk","state":"failed","pin":"locked"})"));
  EXPECT_THAT(
      run_signet({.arguments = {"unlock", "desk"}, .environment = {{"SIGNET_SOCK", locked.socket().native()}}}).errors,
      HasSubstr("PinLocked"));
}

}  // namespace
}  // namespace signet
