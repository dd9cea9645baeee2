// A service that refuses, hangs, fails, talks nonsense or lies: both programs end in a named error in time, and leave
// nothing that looks like a signature. The table of docs/faults.md is the one that is held here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "common/file.h"
#include "common/time.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/state.h"
#include "tests/support/household.h"
#include "tests/support/length.h"

namespace signet::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

struct Row {
  const char* service;  // as the sandbox's fault switch calls it
  const char* fault;
  const char* error;  // what both programs say; empty: it signs
  int status;         // of `signet sign`
  const char* part;   // of the message
};

constexpr Row kRows[] = {
    {"oidc", "refuse", "", 0, ""},
    {"oidc", "hang", "", 0, ""},
    {"oidc", "500", "", 0, ""},
    {"oidc", "garbage", "", 0, ""},
    {"oidc", "lie:expired", "LoginRequired", 3, "ended"},
    {"oidc", "lie:other-audience", "LoginRequired", 3, "audience"},
    {"oidc", "lie:other-issuer", "LoginRequired", 3, "another-issuer"},
    {"oidc", "lie:unverified-email", "LoginRequired", 3, "verified"},
    {"oidc", "lie:other-key", "CaRefused", 1, "processing the identity token"},
    {"oidc", "lie:alg-none", "CaRefused", 1, "processing the identity token"},
    {"ca", "refuse", "CaUnavailable", 3, "no answer from 127.0.0.1"},
    {"ca", "500", "CaUnavailable", 3, "status 500"},
    {"ca", "429", "CaUnavailable", 3, "asks for 7 s of rest"},
    {"ca", "garbage", "CaRefused", 1, "its reply holds no certificate"},
    {"ca", "stored-but-answer-lost", "CaUnavailable", 3, "no answer from 127.0.0.1"},
    {"ca", "lie:other-key", "CaRefused", 1, "its key is sha256:"},
    {"ca", "lie:other-san", "CaRefused", 1, "IdentityMismatch"},
    {"ca", "lie:other-issuer", "CaRefused", 1, "IssuerMismatch"},
    {"ca", "lie:no-sct", "CaRefused", 1, "SctMissing"},
    {"ca", "lie:long-lived", "CaRefused", 1, "more than 24 hours"},
    {"ca", "lie:untrusted", "CaRefused", 1, "CaUntrusted"},
    {"ca", "lie:expired", "CaRefused", 1, "valid from"},
    {"ctlog", "refuse", "CaUnavailable", 3, "status 500"},
    {"ctlog", "500", "CaUnavailable", 3, "status 500"},
    {"ctlog", "garbage", "CaRefused", 1, "SctInvalid"},
    {"ctlog", "lie:other-key", "CaRefused", 1, "SctInvalid"},
    {"ctlog", "lie:other-certificate", "CaRefused", 1, "SctInvalid"},
    {"tsa", "refuse", "TimestampUnavailable", 3, "no answer from 127.0.0.1"},
    {"tsa", "500", "TimestampUnavailable", 3, "status 500"},
    {"tsa", "429", "TimestampUnavailable", 3, "asks for 7 s of rest"},
    {"tsa", "garbage", "TimestampRefused", 1, "is no answer to the request"},
    {"tsa", "stored-but-answer-lost", "TimestampUnavailable", 3, "no answer from 127.0.0.1"},
    {"tsa", "lie:other-nonce", "TimestampRefused", 1, "nonce"},
    {"tsa", "lie:other-imprint", "TimestampRefused", 1, "something else"},
    {"tsa", "lie:other-key", "TimestampRefused", 1, "does not verify"},
    {"tsa", "lie:future", "TimestampRefused", 1, "this machine's clock"},
    {"log", "refuse", "LogUnavailable", 3, "no answer from 127.0.0.1"},
    {"log", "500", "LogUnavailable", 3, "status 500"},
    {"log", "429", "LogUnavailable", 3, "asks for 7 s of rest"},
    {"log", "frozen", "LogUnavailable", 3, "names its successor"},
    {"log", "garbage", "LogRefused", 1, "its reply is no log entry"},
    {"log", "stored-but-answer-lost", "LogUnavailable", 3, "may hold its entry"},
    {"log", "lie:other-body", "LogRefused", 1, "something else than was sent"},
    {"log", "lie:bad-proof", "LogRefused", 1, "InclusionProofInvalid"},
    {"log", "lie:bad-checkpoint", "LogRefused", 1, "CheckpointInvalid"},
    {"log", "lie:unsigned", "LogRefused", 1, "CheckpointInvalid"},
    {"log", "lie:other-key", "LogRefused", 1, "CheckpointInvalid"},
    {"log-v1", "refuse", "LogUnavailable", 3, "no answer from 127.0.0.1"},
    {"log-v1", "500", "LogUnavailable", 3, "status 500"},
    {"log-v1", "429", "LogUnavailable", 3, "asks for 7 s of rest"},
    {"log-v1", "frozen", "LogUnavailable", 3, "names its successor"},
    {"log-v1", "garbage", "LogRefused", 1, "its reply is no log entry"},
    {"log-v1", "stored-but-answer-lost", "LogUnavailable", 3, "may hold its entry"},
    {"log-v1", "lie:other-body", "LogRefused", 1, "something else than was sent"},
    {"log-v1", "lie:bad-proof", "LogRefused", 1, "InclusionProofInvalid"},
    {"log-v1", "lie:bad-checkpoint", "LogRefused", 1, "CheckpointInvalid"},
    {"log-v1", "lie:unsigned", "LogRefused", 1, "CheckpointInvalid"},
    {"log-v1", "lie:other-key", "LogRefused", 1, "CheckpointInvalid"},
    {"log-v1", "lie:bad-promise", "LogRefused", 1, "InclusionPromiseInvalid"},
    {"log-v1", "lie:other-time", "LogRefused", 1, "InclusionPromiseInvalid"},
};

// The host of the log is one, whichever of Rekor's APIs is spoken; in the house of "log" the signing config offers v2
// alone, in that of "log-v1" v1 alone, in all others both, so that files go to v2 and commits to v1.
std::string switch_of(std::string_view service) { return service == "log-v1" ? "log" : std::string(service); }

std::vector<std::string> offer_for(std::string_view service) {
  if (service == "log") return {"--rekor", "2"};
  if (service == "log-v1") return {"--rekor", "1"};
  return {};
}

/// A service that hangs, and how long it is waited for (D15).
struct Hang {
  const char* service;
  const char* error;
  int time;
};
constexpr Hang kHangs[] = {{"ca", "CaUnavailable", 20},
                           {"ctlog", "CaUnavailable", 20},
                           {"tsa", "TimestampUnavailable", 10},
                           {"log", "LogUnavailable", 30}};

// The base URL that messages name; the CT log is the CA's affair.
std::string url_of(const SandboxProcess& sandbox, std::string_view service) {
  const sandbox::Endpoints& urls = sandbox.urls();
  return service == "tsa" ? urls.tsa : service.starts_with("log") ? urls.log : urls.ca;
}

/// A household with a repository that has one commit, and what both programs do in it.
class FaultyHouse {
 public:
  explicit FaultyHouse(std::string_view service = {})
      : house_({.serving = offer_for(service)}), repository_(house_.make_repository("repository")) {
    house_.folder().write("file", "content");
    must_run({"git", "-C", repository_.string(), "commit", "-q", "--allow-empty", "-m", "Begin"});
    before_ = commits();
  }

  Household& house() { return house_; }

  /// HEAD and every object of type commit.
  [[nodiscard]] std::string commits() const {
    const std::string git = "git -C " + repository_.string();
    return must_run({"sh", "-c",
                     git + " rev-parse HEAD; " + git +
                         " cat-file --batch-all-objects --batch-check --unordered | grep ' commit ' | sort"});
  }

  /// Without a certificate in memory, so that the CA is asked.
  void forget_certificate() const { must_run({"signet", "logout"}); }

  void set_fault(const Row& row) {
    house_.sandbox().set_fault(switch_of(row.service), row.fault);
    if (std::string_view(row.service) == "oidc") keep_id_token(row.fault);
  }
  void end_fault(const Row& row) {
    house_.sandbox().set_fault(switch_of(row.service), "none");
    if (std::string_view(row.service) == "oidc") keep_id_token("none");
  }

  std::unique_ptr<Process> begin_file(std::vector<std::string> flags = {}) const {
    std::vector<std::string> arguments{program("signet"), "sign"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.emplace_back("file");
    return begin(std::move(arguments));
  }
  /// On a terminal, which script(1) makes: git 2.39 keeps what a signer says on standard error to itself.
  std::unique_ptr<Process> begin_commit() const {
    const std::string commit = "git -C " + repository_.string() + " commit -q -S --allow-empty -m nothing >commit.out";
    return begin({"script", "-qec", commit, "commit.seen"});
  }

  void expect_no_bundle(const ProcessEnd& end, std::string_view error, int status) const {
    EXPECT_EQ(end.status, status) << end.errors;
    EXPECT_THAT(end.output, IsEmpty());
    EXPECT_THAT(end.errors, AllOf(HasSubstr("signet: " + std::string(error) + ": "), HasSubstr("\n  next: ")));
    EXPECT_FALSE(std::filesystem::exists(house_.folder() / "file.sigstore.json"));
  }
  void expect_no_commit(const ProcessEnd& end, std::string_view error) const {
    EXPECT_NE(end.status, 0);
    EXPECT_EQ(std::filesystem::file_size(house_.folder() / "commit.out"), 0U) << "standard output";
    EXPECT_THAT(end.output, AllOf(HasSubstr(std::string(error) + ": "), HasSubstr("  next: "))) << "the terminal";
    EXPECT_EQ(commits(), before_) << "HEAD or the objects are others than before";
  }

  /// The untouched twin: a file and a commit are signed.
  void expect_both_signed() {
    const auto file = begin_file()->wait(patience());
    ASSERT_TRUE(file);
    EXPECT_EQ(file->status, 0) << file->errors;
    EXPECT_TRUE(std::filesystem::remove(house_.folder() / "file.sigstore.json"));
    const auto commit = begin_commit()->wait(patience());
    ASSERT_TRUE(commit);
    EXPECT_EQ(commit->status, 0) << commit->output;
    EXPECT_NE(commits(), before_);
    before_ = commits();
  }

  static Deadline patience() { return Deadline::after(std::chrono::minutes(2)); }

 private:
  std::unique_ptr<Process> begin(std::vector<std::string> arguments) const {
    return std::make_unique<Process>(ProcessOptions{
        .arguments = std::move(arguments), .environment = house_.environment(), .directory = house_.folder().path()});
  }
  std::string must_run(std::vector<std::string> arguments) const {
    const auto end = house_.run(std::move(arguments));
    EXPECT_EQ(end.status, 0) << end.errors;
    return end.output;
  }
  // The agent reads the ID token from a file, and never asks the issuer.
  void keep_id_token(std::string_view lie) {
    const auto access = sandbox::Access::read(house_.sandbox().folder());
    ASSERT_TRUE(access) << access.error().sentence();
    const sandbox::OidcIssuer issuer(access->issuer, house_.issuer());
    const WallTime now = SystemClock().now();
    sandbox::TokenOptions options{.email = std::string(Household::kSan), .lifetime = std::chrono::hours(24)};
    if (lie == "lie:expired") options.expires = now - std::chrono::minutes(1);
    if (lie == "lie:other-audience") options.audience = "another-audience";
    if (lie == "lie:other-issuer") options.issuer = "https://another-issuer.sandbox.test";
    if (lie == "lie:unverified-email") options.email_verified = false;
    if (lie == "lie:other-key") options.by_other_key = true;
    if (lie == "lie:alg-none") options.without_signature = true;
    house_.folder().write("id-token", issuer.mint(options, now).reveal());
  }

  Household house_;
  std::filesystem::path repository_;
  std::string before_;
};

void expect_row(FaultyHouse& faulty, const Row& row) {
  faulty.set_fault(row);
  faulty.forget_certificate();
  if (*row.error == '\0') {
    const auto asked = faulty.house().sandbox().requests(row.service);
    faulty.expect_both_signed();
    EXPECT_EQ(faulty.house().sandbox().requests(row.service), asked) << "nobody asks it";
  } else {
    const auto file = faulty.begin_file()->wait(FaultyHouse::patience());
    ASSERT_TRUE(file);
    faulty.expect_no_bundle(*file, row.error, row.status);
    EXPECT_THAT(file->errors, HasSubstr(row.part));
    const bool before_any = std::string_view(row.error) == "LoginRequired";
    const std::string named = before_any ? "id-token" : " at " + url_of(faulty.house().sandbox(), row.service);
    EXPECT_THAT(file->errors, HasSubstr(named));
    faulty.forget_certificate();
    const auto commit = faulty.begin_commit()->wait(FaultyHouse::patience());
    ASSERT_TRUE(commit);
    faulty.expect_no_commit(*commit, row.error);
    EXPECT_THAT(commit->output, AllOf(HasSubstr(row.part), HasSubstr(named)));
  }
  faulty.end_fault(row);
}

class ServiceFaults : public ::testing::TestWithParam<const char*> {};

TEST_P(ServiceFaults, EndInANamedErrorAndLeaveNoSignature) {
  FaultyHouse faulty(GetParam());
  for (const Row& row : kRows) {
    if (std::string_view(row.service) != GetParam()) continue;
    SCOPED_TRACE(std::string(row.service) + " " + row.fault);
    expect_row(faulty, row);
  }
  faulty.expect_both_signed();
}
INSTANTIATE_TEST_SUITE_P(Each, ServiceFaults, ::testing::Values("oidc", "ca", "ctlog", "tsa", "log", "log-v1"),
                         [](const auto& info) {
                           const std::string_view name = info.param;
                           return name == "log-v1" ? std::string("log_v1") : std::string(name);
                         });

// All at once, so that the whole takes as long as the longest. The services' own times are waited for in full under
// tests/long/run; here that of the one that has the shortest.
TEST(HangingService, IsGivenUpAtItsOwnTime) {
  struct Waiting {
    Hang hang;
    std::unique_ptr<FaultyHouse> faulty;
    steady_clock::time_point begin;
    std::unique_ptr<Process> file;
    std::unique_ptr<Process> commit;
  };
  std::vector<Waiting> all;
  for (const Hang& hang : kHangs) {
    if (!runs_in_full() && hang.time > 10) continue;
    Waiting one{.hang = hang, .faulty = std::make_unique<FaultyHouse>(), .begin = {}, .file = {}, .commit = {}};
    one.faulty->house().sandbox().set_fault(hang.service, "hang");
    one.begin = steady_clock::now();
    one.file = one.faulty->begin_file();
    one.commit = one.faulty->begin_commit();
    all.push_back(std::move(one));
  }
  for (Waiting& one : all) {
    SCOPED_TRACE(one.hang.service);
    const auto end = one.begin + seconds(one.hang.time + 15);
    const auto file = one.file->wait(Deadline(end));
    const auto commit = one.commit->wait(Deadline(end));
    ASSERT_TRUE(file && commit) << "not within its time";
    one.faulty->expect_no_bundle(*file, one.hang.error, 3);
    one.faulty->expect_no_commit(*commit, one.hang.error);
    const std::string url = url_of(one.faulty->house().sandbox(), one.hang.service);
    for (const auto& errors : {file->errors, commit->output}) {
      EXPECT_THAT(errors, AllOf(HasSubstr(url), HasSubstr("did not answer in time")));
    }
    EXPECT_GE(steady_clock::now() - one.begin, seconds(one.hang.time));
    one.faulty->house().sandbox().set_fault(one.hang.service, "none");
    one.faulty->expect_both_signed();
  }
}

TEST(HangingService, KeepsNoClientBeyondItsDeadline) {
  FaultyHouse faulty;
  for (const Hang& hang : kHangs) {
    SCOPED_TRACE(hang.service);
    faulty.house().sandbox().set_fault(hang.service, "hang");
    faulty.forget_certificate();
    const auto begin = steady_clock::now();
    const auto end = faulty.begin_file({"--timeout", "2"})->wait(Deadline::after(seconds(runs_in_full() ? 4 : 9)));
    ASSERT_TRUE(end) << "the longest of the services' times is far away";
    EXPECT_GE(steady_clock::now() - begin, seconds(2));
    faulty.expect_no_bundle(*end, "Deadline", 3);
    EXPECT_THAT(end->errors, HasSubstr(url_of(faulty.house().sandbox(), hang.service)));
    faulty.house().sandbox().set_fault(hang.service, "none");
  }
  faulty.expect_both_signed();
}

TEST(FaultTable, IsTheOneInTheDocuments) {
  std::string table = "| service | fault | error | status |\n| --- | --- | --- | --- |\n";
  const auto add = [&table](std::string_view service, std::string_view fault, std::string_view error,
                            std::string_view more, int status) {
    table += "| " + std::string(service) + " | " + std::string(fault) + " | " +
             (error.empty() ? "none: it signs" : "`" + std::string(error) + "`") + std::string(more) + " | " +
             std::to_string(status) + " |\n";
  };
  for (const Row& row : kRows) add(row.service, row.fault, row.error, "", row.status);
  for (const Hang& hang : kHangs) {
    add(hang.service, "hang", hang.error, " after " + std::to_string(hang.time) + " s", 3);
    add(hang.service, "hang, and the client has less time", "Deadline", "", 3);
  }
  const auto page = read_file(std::string(SIGNET_SOURCE_DIR) + "/docs/faults.md", kMaxFile);
  ASSERT_TRUE(page);
  EXPECT_THAT(*page, HasSubstr(table)) << "the table of docs/faults.md should be:\n" << table;
}

}  // namespace
}  // namespace signet::test
