#include "client/lib/agent_client.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "client/lib/explain.h"
#include "client/lib/socket_path.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet::client {
namespace {

using protocol::Call;
using protocol::ItemResult;
using test::kHangUp;
using test::kWait;
using test::reply_text;
using test::result_text;
using test::ScriptedAgent;
using testing::ElementsAre;
using testing::HasSubstr;

protocol::SignRequest request_of(std::size_t items) {
  protocol::SignRequest request{.items = {}};
  for (std::size_t i = 0; i < items; ++i) {
    request.items.push_back({.object = protocol::DigestContent{Digest::from_sha256({})}});
  }
  return request;
}

struct Signed {
  Result<void> end;
  std::vector<ItemResult> results{};
  std::vector<std::string> progress{};
};

Signed sign(ScriptedAgent& agent, protocol::SignRequest request, int watched = -1) {
  auto client = AgentClient::connect(agent.socket());
  if (!client) return {.end = fail(client.error())};
  client->watch(watched);
  Signed done;
  done.end = client->sign(
      std::move(request), [&](const protocol::Progress& news) { done.progress.push_back(news.text); },
      [&](ItemResult result) -> Result<void> {
        done.results.push_back(std::move(result));
        return {};
      },
      Deadline::after(std::chrono::seconds(20)));
  return done;
}

TEST(AgentClient, YieldsProgressAndResultsInTheirOrder) {
  ScriptedAgent agent([](const Call&) {
    return std::vector{reply_text(R"("progress":{"kind":"touch_needed","index":0,"text":"touch the key"})", true),
                       result_text(0, R"("bundle":"{}")", true),
                       reply_text(R"("progress":{"kind":"of_tomorrow","index":1,"text":"not for us"})", true),
                       result_text(1, R"("bundle":"{}")")};
  });
  const Signed done = sign(agent, request_of(2));
  ASSERT_TRUE(done.end) << done.end.error().what;
  EXPECT_THAT(done.progress, ElementsAre("touch the key"));
  ASSERT_EQ(done.results.size(), 2U);
  EXPECT_EQ(done.results[1].index, 1);
  EXPECT_EQ(done.results[1].san, "jane@example.org");
  const std::vector<Call> calls = agent.calls();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].method, "org.signet.Agent.Sign");
  EXPECT_TRUE(calls[0].more);
  ASSERT_TRUE(protocol::parse_sign_request(calls[0].parameters));
  EXPECT_TRUE(protocol::parse_sign_request(calls[0].parameters)->deadline) << "the agent must know how long we wait";
}

TEST(AgentClient, EndsABatchAtItsFirstFailure) {
  ScriptedAgent agent([](const Call&) {
    return std::vector{result_text(0, R"("failure":{"error":"TouchTimeout","what":"nobody touched it"})")};
  });
  const Signed done = sign(agent, request_of(3));
  ASSERT_TRUE(done.end) << done.end.error().what;
  ASSERT_EQ(done.results.size(), 1U);
  EXPECT_EQ(done.results[0].failure->code, ErrorCode::TouchTimeout);
  EXPECT_EQ(done.results[0].failure->what, "nobody touched it");
}

TEST(AgentClient, HandsTheAgentsErrorOnUnchanged) {
  ScriptedAgent agent([](const Call&) {
    return std::vector<std::string>{
        R"({"error":"org.signet.Agent.LoginRequired","parameters":{"what":"no ID token","remedy":"signet login"}})"};
  });
  const Signed done = sign(agent, request_of(1));
  ASSERT_FALSE(done.end);
  EXPECT_EQ(done.end.error(),
            (Error{.code = ErrorCode::LoginRequired, .what = "no ID token", .remedy = "signet login"}));
}

struct Nonsense {
  std::vector<std::string> replies;
  ErrorCode code;
  const char* why;
};

class NonsenseOfTheAgent : public testing::TestWithParam<Nonsense> {};

TEST_P(NonsenseOfTheAgent, IsRefusedAsTheAgentsFault) {
  ScriptedAgent agent([](const Call&) { return GetParam().replies; });
  const Signed done = sign(agent, request_of(2));
  ASSERT_FALSE(done.end);
  EXPECT_EQ(done.end.error().code, GetParam().code);
  EXPECT_THAT(done.end.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Replies, NonsenseOfTheAgent,
    testing::Values(Nonsense{{"no json"}, ErrorCode::WorkerFailed, "cannot be read"},
                    Nonsense{{R"({"parameters":[]})"}, ErrorCode::WorkerFailed, "cannot be read"},
                    Nonsense{{R"({"error":"oops"})"}, ErrorCode::WorkerFailed, "cannot be read"},
                    Nonsense{{reply_text(R"("result":{"index":0})")}, ErrorCode::WorkerFailed, "exactly one of"},
                    Nonsense{{result_text(0, R"("cms":"x","raw":"AAAA")")}, ErrorCode::WorkerFailed, "exactly one of"},
                    Nonsense{{result_text(1, R"("bundle":"{}")")}, ErrorCode::WorkerFailed, "not in order"},
                    Nonsense{{result_text(0, R"("bundle":"{}")", true), result_text(0, R"("bundle":"{}")")},
                             ErrorCode::WorkerFailed,
                             "not in order"},
                    Nonsense{
                        {result_text(0, R"("bundle":"{}")")}, ErrorCode::WorkerFailed, "ended before the last result"},
                    Nonsense{{kHangUp}, ErrorCode::AgentUnavailable, "closed the connection"},
                    Nonsense{{result_text(0, R"("bundle":"{}")", true), kHangUp},
                             ErrorCode::AgentUnavailable,
                             "closed the connection"}));

TEST(AgentClient, CancelsWhenItsOwnReaderGoes) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  UniqueFd reader(pipe_ends[0]);
  const UniqueFd writer(pipe_ends[1]);
  ScriptedAgent agent([&reader](const Call&) {
    reader.reset();  // goes while the request is being worked on
    return std::vector<std::string>{kWait};
  });
  const Signed done = sign(agent, request_of(1), writer.get());
  ASSERT_FALSE(done.end);
  EXPECT_EQ(done.end.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(agent.saw_cancel());
}

TEST(AgentClient, SendsNothingWhenItsReaderHasGoneBefore) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  ::close(pipe_ends[0]);
  const UniqueFd writer(pipe_ends[1]);
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{}; });
  const Signed done = sign(agent, request_of(1), writer.get());
  ASSERT_FALSE(done.end);
  EXPECT_EQ(done.end.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(agent.calls().empty());
}

TEST(AgentClient, RefusesARequestOverTheLimitBeforeItSendsIt) {
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{}; });
  auto request = request_of(1);
  request.items[0].object = protocol::StatementContent{Bytes(4 * 1024 * 1024, 'x')};
  const Signed done = sign(agent, std::move(request));
  ASSERT_FALSE(done.end);
  EXPECT_EQ(done.end.error().code, ErrorCode::LimitExceeded);
  EXPECT_TRUE(agent.calls().empty());
}

TEST(AgentClient, ReadsTheOtherAnswers) {
  ScriptedAgent agent([](const Call& call) -> std::vector<std::string> {
    const std::string key =
        R"({"token":"desk","label":"a","id":"01","algorithm":"p256","uri":"pkcs11:id=%01","fingerprint":"sha256:00",)"
        R"("public_key":"PEM","identities":["work"],"new":1})";
    if (call.method.ends_with(".Keys")) return {reply_text("\"keys\":[" + key + "]")};
    if (call.method.ends_with(".GenerateKey")) return {reply_text("\"key\":" + key)};
    if (call.method.ends_with(".Identities")) return {reply_text("\"identities\":[]")};
    if (call.method.ends_with(".Login")) {
      return {reply_text(R"("identity":"work","san":"s","issuer":"i","until":"2026-01-31T12:00:00Z")")};
    }
    if (call.method.ends_with(".ReleaseToken")) return {reply_text(R"("was_held":true)")};
    if (call.method.ends_with(".Logout") || call.method.ends_with("Token")) return {"{}"};
    return {reply_text(R"("version":"1","features":[],"pid":1,"uptime_s":2,"config":"c","tokens":[],"identities":[],)"
                       R"("signatures":3,"certificates":4)")};
  });
  auto client = AgentClient::connect(agent.socket());
  ASSERT_TRUE(client) << client.error().what;
  EXPECT_EQ(client->keys({}).value().keys.at(0).identities, std::vector<std::string>{"work"});
  EXPECT_EQ(client->generate_key({.token = "desk", .label = "a"}).value().key.id, "01");
  EXPECT_TRUE(client->identities().value().identities.empty());
  protocol::LoginRequest login;
  login.id_token = Secret(std::string("header.payload.signature"));
  EXPECT_EQ(client->login(login).value().identity, "work");
  EXPECT_TRUE(client->logout({}));
  EXPECT_TRUE(client->release_token({.token = "desk"}).value().was_held);
  EXPECT_TRUE(client->reacquire_token({.token = "desk"}));
  EXPECT_EQ(client->status().value().certificates, 4);
}

TEST(AgentClient, SaysHowToStartAnAgentWhereNoneAnswers) {
  const test::TemporaryFolder folder;
  const auto none = AgentClient::connect(folder / "agent.sock");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::AgentUnavailable);
  EXPECT_THAT(none.error().what, HasSubstr((folder / "agent.sock").native()));
  EXPECT_EQ(none.error().remedy, "start it with: signet-agent");
  const auto file = AgentClient::connect(folder.write("file", "x"));
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().what, HasSubstr("is no socket"));
}

TEST(AgentClient, SaysThatNobodyListensAnyMore) {
  std::filesystem::path left;
  const test::TemporaryFolder folder;
  {
    ScriptedAgent agent([](const Call&) { return std::vector<std::string>{}; });
    left = folder / "left.sock";
    std::filesystem::create_hard_link(agent.socket(), left);
  }
  const auto stale = AgentClient::connect(left);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, ErrorCode::AgentUnavailable);
  EXPECT_THAT(stale.error().what, HasSubstr("Connection refused"));
  EXPECT_EQ(stale.error().remedy, "start it with: signet-agent");
}

TEST(AgentClient, RefusesAPathThatFitsNoSocket) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / std::string(108 - folder.path().native().size() - 1, 'x');
  ASSERT_EQ(path.native().size(), 108U);
  const auto refused = AgentClient::connect(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(refused.error().what, HasSubstr("108 bytes"));
}

TEST(AgentClient, FollowsALinkToItsOwnAgentAlone) {
  const test::TemporaryFolder folder;
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{"{}"}; });
  std::filesystem::create_symlink(agent.socket(), folder / "link");
  auto client = AgentClient::connect(folder / "link");
  ASSERT_TRUE(client) << client.error().what;
  EXPECT_TRUE(client->logout({}));
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling");
  EXPECT_EQ(AgentClient::connect(folder / "dangling").error().code, ErrorCode::AgentUnavailable);
  std::filesystem::create_symlink("/dev/null", folder / "device");
  EXPECT_THAT(AgentClient::connect(folder / "device").error().what, HasSubstr("is no socket"));
}

TEST(AgentClient, SaysWhatBecameOfItsRequestWhenTheAgentIsGone) {
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{kHangUp}; });
  const Signed done = sign(agent, request_of(1));
  ASSERT_FALSE(done.end);
  EXPECT_EQ(exit_status(done.end.error().code), 3);
  EXPECT_THAT(done.end.error().remedy, HasSubstr("start it with: signet-agent"));
  EXPECT_THAT(done.end.error().remedy, HasSubstr("audit log says what became of the request"));
}

// The child is another user; the parent waits for its verdict.
TEST(AgentClient, SendsNothingToASocketOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  ScriptedAgent agent([](const Call&) { return std::vector<std::string>{}; });
  ASSERT_EQ(::chown(agent.socket().c_str(), 1234, 1234), 0);
  const auto by_root = AgentClient::connect(agent.socket());
  ASSERT_FALSE(by_root);
  EXPECT_EQ(by_root.error().code, ErrorCode::NotAuthorized);
  EXPECT_THAT(by_root.error().what, HasSubstr("belongs to user id 1234"));
}

TEST(AgentClient, SendsNothingToAServerOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  // Listened on by uid 1234, but with a socket file of root's: only the kernel's word gives it away.
  const test::TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setegid(1234) != 0 || ::seteuid(1234) != 0) ::_exit(2);
    ScriptedAgent agent([](const Call&) { return std::vector<std::string>{}; });
    if (::seteuid(0) != 0 || ::chown(agent.socket().c_str(), 0, 0) != 0) ::_exit(3);
    const auto refused = AgentClient::connect(agent.socket());
    const bool right = !refused && refused.error().code == ErrorCode::NotAuthorized &&
                       refused.error().what.find("runs as user id 1234") != std::string::npos;
    ::_exit(right && agent.calls().empty() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Explain, SaysWhatHappenedAndWhatNextWithoutTerminalTricks) {
  const Error error{.code = ErrorCode::KeyNotFound,
                    .what = "no key \x1b[31mred",
                    .remedy = "look\nelsewhere",
                    .context = {"signing"}};
  EXPECT_EQ(explain("signet", error),
            "signet: KeyNotFound: no key \uFFFD[31mred (signing)\n  next: look\uFFFD"
            "elsewhere\n");
}

}  // namespace
}  // namespace signet::client
