// The record of a running agent: for everything that was begun it says what came of it, whatever happens to the agent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/resource.h>

#include <functional>
#include <map>

#include "common/file.h"
#include "json/fields.h"
#include "json/reader.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

struct Line {
  std::string event;
  std::string name;  ///< request, operation and item
  std::string error;
};

// Looks at the sequence numbers on the way.
std::vector<Line> read_lines(const Household& house) {
  std::vector<Line> lines;
  for (const std::string& text : audit_lines(house)) {
    const auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    json::Fields fields(*value, "line", json::UnknownFields::Tolerate);
    EXPECT_EQ(fields.integer("sequence"), static_cast<std::int64_t>(lines.size())) << text;
    Line line{.event = fields.text("event"), .name = {}, .error = {}};
    line.name = fields.optional_text("request").value_or("") + " " + fields.optional_text("operation").value_or("") +
                " " + std::to_string(fields.optional_integer("item").value_or(-1));
    if (const json::Value* result = fields.optional_value("result")) {
      json::Fields inner(*result, "result", json::UnknownFields::Tolerate);
      line.error = inner.optional_text("error").value_or("");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Each intent has one outcome, and no outcome lacks its intent.
void expect_pairs(const std::vector<Line>& lines) {
  std::map<std::string, int> open;
  for (const Line& line : lines) {
    if (line.event == "intent") ++open[line.name];
    if (line.event == "outcome") --open[line.name];
    EXPECT_THAT(open[line.name], testing::AllOf(testing::Ge(0), testing::Le(1))) << line.name;
  }
  for (const auto& [name, count] : open) EXPECT_EQ(count, 0) << name << " has no outcome";
}

std::vector<std::string> errors_of(const std::vector<Line>& lines) {
  std::vector<std::string> errors;
  for (const Line& line : lines) {
    if (line.event == "outcome") errors.push_back(line.error);
  }
  return errors;
}

class Audit : public ::testing::Test {
 protected:
  // Until the log's last line holds this text.
  [[nodiscard]] bool comes(const std::string& part) const {
    const Deadline deadline = soon();
    while (!deadline.passed()) {
      if (audit_lines(house_).back().find(part) != std::string::npos) return true;
      ::usleep(5'000);
    }
    return false;
  }
  [[nodiscard]] ProcessEnd verify(std::vector<std::string> more = {}) const { return audit("verify", std::move(more)); }
  [[nodiscard]] ProcessEnd audit(const std::string& verb, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"signet", "audit", verb, "--state-dir", house_.state().string()};
    words.insert(words.end(), more.begin(), more.end());
    return house_.run(std::move(words));
  }

  Household house_;
};

TEST_F(Audit, IsVerifiedListedAndKeptWhileTheAgentRuns) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(ask(house_, "Sign", sign_digest("raw")).bytes, HasSubstr("NotAuthorized"));
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  EXPECT_THAT(verified.output, AllOf(HasSubstr("audit log audit.signet/"), HasSubstr(": verified\n"),
                                     HasSubstr("none given: an older copy")));
  const auto listed = audit("list");
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(HasSubstr(" outcome sign maintainer digest " + std::string(kDigest) + " done"),
                                   HasSubstr(" denied ")));
  const auto failed = audit("list", {"--failed", "--json"});
  EXPECT_THAT(failed.output, AllOf(HasSubstr(R"({"schema":"signet.audit-line/1","index":)"),
                                   HasSubstr(R"("error":"NotAuthorized")"), Not(HasSubstr(R"("answer":"done")"))));
  EXPECT_THAT(audit("list", {"--identity", "nobody"}).output, testing::IsEmpty());
  EXPECT_EQ(audit("list", {"--since", "yesterday"}).status, 2);

  const auto kept = audit("checkpoint");
  ASSERT_EQ(kept.status, 0) << kept.errors;
  const auto file = house_.folder().write("kept", kept.output);
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  const auto grown = verify({"--checkpoint", file.string(), "--json"});
  EXPECT_EQ(grown.status, 0) << grown.output;
  EXPECT_THAT(grown.output, AllOf(HasSubstr(R"({"schema":"signet.audit-verify/1","verified":true,)"),
                                  HasSubstr(R"("kept_size":)"), HasSubstr(R"("findings":[])")));
  const auto nowhere = house_.run({"signet", "audit", "verify", "--state-dir", "/nonexistent"});
  EXPECT_EQ(nowhere.status, 3);
  EXPECT_THAT(nowhere.errors,
              AllOf(HasSubstr("there is no audit log at /nonexistent/audit"), HasSubstr("--state-dir DIR")));
}

TEST_F(Audit, TellsItsCheckpointWhenTheAgentEnds) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  house_.agent().send_signal(SIGTERM);
  const auto end = house_.agent().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_THAT(end->errors, HasSubstr("signet-agent: audit checkpoint: audit.signet/"));
  const auto journal = house_.folder().write("journal", end->errors);
  const auto verified = verify({"--checkpoint", journal.string()});
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("compared with a checkpoint of "));
  const auto listed = audit("list", {"--json"});
  EXPECT_THAT(listed.output, Not(HasSubstr(R"("covered":false)"))) << "nothing waits in the tail";
}

TEST_F(Audit, HasItsKeyCertifiedByAToken) {
  EXPECT_THAT(verify().output, HasSubstr("certified  no: signet audit certify"));
  const auto certified = audit("certify");
  ASSERT_EQ(certified.status, 0) << certified.errors;
  EXPECT_THAT(certified.output, AllOf(HasSubstr("certified: the key of audit.signet/"), HasSubstr(Household::kSan)));
  EXPECT_THAT(audit("list").output, HasSubstr(" outcome sign maintainer statement ")) << "it has its lines";
  const auto verified = verify();
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("certified  by " + std::string(Household::kSan) + " (" + house_.issuer()));
  EXPECT_THAT(verify({"--json"}).output, HasSubstr(R"("certification":"verified")"));

  const auto nobody = house_.folder().write("empty.toml", "");
  const auto unchecked = house_.run({"signet", "audit", "verify", "--state-dir", house_.state().string()}, {},
                                    {{"SIGNET_CONFIG", nobody.string()}});
  EXPECT_EQ(unchecked.status, 0);
  EXPECT_THAT(unchecked.output, HasSubstr("certified  not checked: "));

  // An attestation of something else by the same signer is no certification.
  ASSERT_EQ(house_.run({"signet", "sign", nobody.string()}).status, 0);
  const auto file = house_.audit_folder() / "key.certification.json";
  std::filesystem::copy_file(nobody.string() + ".sigstore.json", file,
                             std::filesystem::copy_options::overwrite_existing);
  const auto refused = verify();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output,
              HasSubstr("finding: key.certification.json: the certification of the log's key is refused"));
}

// Each way to tamper with what a checkpoint covers, as a person would find it.
TEST_F(Audit, ShowsEachEditAndWhereItIs) {
  namespace fs = std::filesystem;
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  }
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(soon()));
  const fs::path log = house_.audit_folder() / "log";
  const fs::path good = house_.folder() / "good";
  fs::copy(log, good, fs::copy_options::recursive);
  const auto size = std::to_string(audit_lines(house_).size());
  const fs::path bundle = log / ("tile/entries/000.p/" + size);
  const fs::path tile = log / ("tile/0/000.p/" + size);
  const auto expect_found = [&](const std::string& what) {
    const auto end = verify();
    EXPECT_EQ(end.status, 1) << what;
    EXPECT_THAT(end.output, AllOf(HasSubstr("finding: "), HasSubstr(what), HasSubstr("expected"), HasSubstr("found"),
                                  HasSubstr(": NOT verified")));
    EXPECT_EQ(audit("list").status, 1);
    fs::remove_all(log);
    fs::copy(good, log, fs::copy_options::recursive);
    ASSERT_EQ(verify().status, 0) << "the untouched one";
  };
  const auto change = [](const fs::path& path, const std::function<void(std::string&)>& edit) {
    std::string text = read_file(path, 1U << 24U).value();
    edit(text);
    ASSERT_TRUE(write_file_atomic(path, text, 0600));
  };
  change(bundle, [](std::string& text) { text[30] = static_cast<char>(text[30] ^ 1); });
  expect_found("tile/entries/000.p/" + size + ", entry 0: the entry was changed");
  change(bundle, [](std::string& text) { text.resize(text.size() - 5); });
  expect_found("the entries are cut off");
  change(tile, [](std::string& text) { text[70] = static_cast<char>(text[70] ^ 1); });
  expect_found("tile/0/000.p/" + size + ", entry 2: the hash in the tile was changed");
  change(log / "checkpoint",
         [](std::string& text) { text[text.size() - 20] = text[text.size() - 20] == 'A' ? 'B' : 'A'; });
  expect_found("finding: checkpoint: the checkpoint ");
  fs::remove(bundle);
  expect_found("the entries cannot be read");
  fs::remove(log / "checkpoint");
  expect_found("the checkpoint cannot be read");
}

TEST_F(Audit, ShowsAnOlderCopyAgainstAKeptCheckpointAlone) {
  namespace fs = std::filesystem;
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(soon()));
  fs::copy(house_.audit_folder(), house_.folder() / "older", fs::copy_options::recursive);
  house_.restart_agent();
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(soon()));
  const auto kept = house_.folder().write("kept", audit("checkpoint").output);
  ASSERT_EQ(verify({"--checkpoint", kept.string()}).status, 0);
  fs::remove_all(house_.audit_folder());
  fs::copy(house_.folder() / "older", house_.audit_folder(), fs::copy_options::recursive);
  EXPECT_EQ(verify().status, 0) << "in itself it is perfect";
  const auto found = verify({"--checkpoint", kept.string()});
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.output, HasSubstr("the log is older or shorter than the kept checkpoint"));
}

TEST_F(Audit, HasAnOutcomeForEveryIntentWhateverCameOfIt) {
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(ask(house_, "Sign", sign_digest("raw")).bytes, HasSubstr("NotAuthorized"));
  EXPECT_THAT(ask(house_, "GenerateKey", R"({"token":"desk","label":"x","id":"01"})").bytes,
              HasSubstr("InvalidRequest"));
  ASSERT_THAT(ask(house_, "Logout", "{}").bytes, Not(HasSubstr("error")));
  house_.sandbox().set_fault("ca", "lie:other-san");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("CaRefused"));
  house_.sandbox().set_fault("ca", "none");
  house_.sandbox().set_fault("log", "refuse");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("LogUnavailable"));
  house_.sandbox().set_fault("log", "none");
  const auto lines = read_lines(house_);
  expect_pairs(lines);
  EXPECT_THAT(errors_of(lines), testing::IsSupersetOf({"", "InvalidRequest", "CaRefused", "LogUnavailable"}));
  EXPECT_EQ(std::ranges::count(lines, "denied", &Line::event), 1) << "the raw signature";
}

TEST_F(Audit, KeepsWhatWasAnsweredWhenTheAgentIsKilled) {
  const Answer answer = ask(house_, "Sign", sign_digest("bundle"));
  house_.agent().send_signal(SIGKILL);
  ASSERT_TRUE(house_.agent().wait(soon()));
  ASSERT_THAT(answer.bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(audit_lines(house_).back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("log_index":)")));
  house_.restart_agent();
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

TEST_F(Audit, SignsNothingOnAFullDiskAndGoesOnWhenThereIsRoom) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  const auto timestamps = house_.sandbox().counter("timestamps");
  rlimit before{};
  const rlimit full{.rlim_cur = 10, .rlim_max = RLIM_INFINITY};
  ASSERT_EQ(::prlimit(house_.agent().pid(), RLIMIT_FSIZE, &full, &before), 0);
  const Answer refused = ask(house_, "Sign", sign_digest("bundle"));
  EXPECT_THAT(refused.bytes, AllOf(HasSubstr("AuditUnavailable"), HasSubstr("make room on the disk"),
                                   Not(HasSubstr("messageSignature"))));
  EXPECT_EQ(house_.sandbox().counter("timestamps"), timestamps) << "nobody was asked for anything";
  EXPECT_EQ(verify().status, 0) << "no part of a line stays";
  ASSERT_EQ(::prlimit(house_.agent().pid(), RLIMIT_FSIZE, &before, nullptr), 0);
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

TEST_F(Audit, SaysThatAClientWentAway) {
  house_.sandbox().set_fault("ca", "hang");
  {
    auto channel = connect_to(house_);
    send_call(channel, "Sign", sign_digest("bundle"));
    ASSERT_TRUE(comes(R"("event":"intent")"));
  }
  EXPECT_TRUE(comes(R"("error":"Cancelled")"));
  house_.sandbox().set_fault("ca", "none");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

// Whoever finds the worker's socket could have things signed that no line of the log tells of.
TEST_F(Audit, CannotBePassedByAtTheWorkersSocket) {
  const auto worker = house_.folder() / "run/token/desk.sock";
  ASSERT_TRUE(std::filesystem::exists(worker));
  const auto call = [this](const std::string& method, const std::filesystem::path& socket) {
    return house_.run({"sh", "-c",
                       "printf '{\"method\":\"" + method +
                           "\",\"parameters\":{}}\\0' | socat -t 5 - UNIX-CONNECT:" + socket.string()});
  };
  EXPECT_THAT(call("org.signet.Agent.Identities", house_.socket()).output, HasSubstr("identities"));
  EXPECT_EQ(call("org.signet.Token.Info", worker).output, "");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
}

TEST_F(Audit, SaysWhatBecameOfRequestsWhenTheAgentEnds) {
  house_.sandbox().set_fault("ca", "hang");
  auto channel = connect_to(house_);
  send_call(channel, "Sign", sign_digest("bundle"));
  ASSERT_TRUE(comes(R"("operation":"certificate")"));
  house_.agent().send_signal(SIGTERM);
  const auto end = house_.agent().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_THAT(receive_answer(channel).bytes, Not(HasSubstr("messageSignature")));
  expect_pairs(read_lines(house_));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(house_.socket())));
}

}  // namespace
}  // namespace signet::test
