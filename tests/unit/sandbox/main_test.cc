// signet-sandbox as people run it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/stat.h>

#include <map>

#include <boost/asio/io_context.hpp>

#include "common/file.h"
#include "sandbox/faults.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/rekor_log.h"
#include "sandbox/state.h"
#include "sandbox/token_check.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/rekor.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/sandbox_process.h"
#include "tests/unit/services/awaited.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kProgram = SIGNET_BIN_DIR "/signet-sandbox";

test::ProcessEnd run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kProgram);
  return test::run({.arguments = std::move(arguments)}, Deadline::after(std::chrono::minutes(1)));
}

class SandboxProgram : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::filesystem::path& path) const {
    return read_file(path, std::size_t{1} << 20U).value();
  }
  /// Everything in the folder that a restart must not change.
  [[nodiscard]] std::map<std::string, std::string> kept() const {
    std::map<std::string, std::string> files;
    for (const auto& one : std::filesystem::recursive_directory_iterator(sandbox_.folder())) {
      if (one.is_regular_file()) files.emplace(one.path().string(), file(one.path()));
    }
    return files;
  }
  [[nodiscard]] sigstore::TrustedRoot root() const {
    return sigstore::parse_trusted_root(file(sandbox_.trusted_root())).value();
  }
  Result<sigstore::LogEntry> upload(std::string_view artifact) {
    const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(artifact));
    const sigstore::HashedRekord record{
        .digest = digest,
        .signature = key_.sign_digest(digest),
        .verifier = {.kind = sigstore::EntryVerifier::Kind::PublicKey, .der = to_bytes(key_.public_key().spki())},
        .key_details = "PKIX_ECDSA_P256_SHA_256"};
    boost::asio::io_context loop{1};
    const auto transport = sigstore::make_curl_transport(loop.get_executor());
    return test::await_on(loop, sigstore::upload_record(*transport, sandbox_.urls().log, record, root(),
                                                        Deadline::after(std::chrono::seconds(30))));
  }
  [[nodiscard]] Result<TokenIdentity> check(std::string_view token, std::chrono::seconds later = {}) const {
    auto access = Access::read(sandbox_.folder());
    const OidcIssuer issuer(std::move(access->issuer), sandbox_.urls().issuer);
    return check_token(token, issuer, SystemClock().now() + later);
  }
  void expect_same_after(int signal) {
    const auto first = upload("before");
    ASSERT_TRUE(first.has_value()) << first.error().sentence();
    const auto before = kept();
    const auto urls = sandbox_.urls();
    sandbox_.stop(signal);
    sandbox_.start();
    EXPECT_EQ(kept(), before) << "keys, certificates, ports, secret, logs";
    EXPECT_EQ(sandbox_.urls().log, urls.log);
    const auto second = upload("after");
    ASSERT_TRUE(second.has_value()) << second.error().sentence();
    EXPECT_EQ(second->log_index, first->log_index + 1) << "the log goes on";
    test::expect_taken(sigstore::verify_log_entry(*second, root()));
  }

  test::SandboxProcess sandbox_;
  SoftwareKey key_ = SoftwareKey::generate();
};

TEST_F(SandboxProgram, GoesOnAfterARestart) { expect_same_after(SIGTERM); }
TEST_F(SandboxProgram, GoesOnAfterKill9) { expect_same_after(SIGKILL); }

TEST_F(SandboxProgram, EndsWithStatusZeroWhenItIsAskedTo) {
  for (const int signal : {SIGTERM, SIGINT}) {
    sandbox_.process().send_signal(signal);
    const auto end = sandbox_.process().wait(Deadline::after(std::chrono::minutes(1)));
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->status, 0);
    sandbox_.start();
  }
}

TEST_F(SandboxProgram, TellsWhereItServes) {
  EXPECT_THAT(sandbox_.process().errors(), HasSubstr("ready; issuer " + sandbox_.urls().issuer));
  EXPECT_THAT(sandbox_.process().output(), IsEmpty());
}

TEST_F(SandboxProgram, IsRefusedASecondTimeInOneFolder) {
  const auto second = sandbox_.run({"serve"});
  EXPECT_EQ(second.status, 3);
  EXPECT_THAT(second.errors, HasSubstr("another sandbox uses " + sandbox_.folder().string()));
  EXPECT_THAT(second.errors, HasSubstr("--dir"));
}

TEST_F(SandboxProgram, MintsATokenForADay) {
  const std::string token = sandbox_.mint("a@sandbox.test", "24h");
  const auto identity = check(token, std::chrono::hours(24) - std::chrono::seconds(60));
  ASSERT_TRUE(identity.has_value()) << identity.error().sentence();
  EXPECT_EQ(identity->email, "a@sandbox.test");
  EXPECT_FALSE(check(token, std::chrono::hours(24)).has_value());
}

TEST_F(SandboxProgram, WritesATokenForItsOwnerAlone) {
  const auto path = sandbox_.folder() / "token";
  const auto end = sandbox_.run({"token", "--email", "a@sandbox.test", "--out", path.string()});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, "");
  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_TRUE(check(file(path)).has_value());
}

TEST_F(SandboxProgram, MintsNothingForWhoeverCannotReadItsKey) {
  std::filesystem::permissions(sandbox_.folder() / "secret", std::filesystem::perms(0644));
  const auto end = sandbox_.run({"token", "--email", "a@sandbox.test"});
  EXPECT_EQ(end.status, 3) << "a secret that others may have read is none";
  EXPECT_EQ(end.output, "");
  std::filesystem::permissions(sandbox_.folder() / "secret", std::filesystem::perms(0600));
  EXPECT_EQ(sandbox_.run({"token", "--email", "a@sandbox.test"}).status, 0);
}

TEST_F(SandboxProgram, SwitchesFaultsAndCountsFromTheCommandLine) {
  sandbox_.set_fault("log", "lie:bad-proof", 1);
  EXPECT_FALSE(upload("artifact").has_value());
  EXPECT_TRUE(upload("artifact").has_value());
  EXPECT_EQ(sandbox_.counter("entries"), 2);
  EXPECT_EQ(sandbox_.requests("log"), 2);
  const auto end = sandbox_.run({"fault", "log", "lie:no-sct"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("one of: none, refuse"));
}

TEST_F(SandboxProgram, SaysThatNoSandboxAnswers) {
  sandbox_.stop(SIGTERM);
  const auto end = sandbox_.run({"counters"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("start it: signet-sandbox serve"));
  EXPECT_EQ(sandbox_.run({"token", "--email", "a@sandbox.test"}).status, 0) << "which needs no answer";
  sandbox_.start();
}

// openssl is an implementation of RFC 3161 that shares no code of ours.
TEST_F(SandboxProgram, StampsForOpenssl) {
  constexpr std::string_view kScript = R"(
cd "$1" && printf data > data
openssl ts -query -data data -"$3" -cert -out query
curl --silent --fail --header 'Content-Type: application/timestamp-query' --data-binary @query "$2" --output reply
curl --silent --fail "$2/certchain" --output chain
openssl ts -verify -queryfile query -in reply -CAfile chain)";
  const auto stamp = [&](const std::string& hash) {
    return test::run({.arguments = {"sh", "-euc", std::string(kScript), "sh", sandbox_.folder().string(),
                                    sandbox_.urls().tsa, hash}},
                     Deadline::after(std::chrono::minutes(1)));
  };
  const auto good = stamp("sha256");
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_THAT(good.output, HasSubstr("Verification: OK"));
  const auto weak = stamp("sha1");
  EXPECT_NE(weak.status, 0);
  EXPECT_THAT(weak.errors, HasSubstr("badAlg"));
}

TEST(SandboxHelp, Teaches) {
  const auto end = run({"--help"});
  EXPECT_EQ(end.status, 0);
  EXPECT_THAT(end.output, StartsWith("signet-sandbox "));
  for (const char* taught :
       {"signet-sandbox serve --dir ~/sandbox", ". ~/sandbox/env", "--lifetime 24h", "lie:", "counters",
        "D/tuf/1.root.json", "SIGNET_TUF_URL", "SIGNET_TUF_ROOT", "Exit status: 0 done, 2 usage, 3 environment"}) {
    EXPECT_THAT(end.output, HasSubstr(taught));
  }
}

TEST(SandboxHelp, NamesEveryFaultThatThereIs) {
  const std::string text = run({"--help"}).output;
  for (const Service service : {Service::Ca, Service::Log, Service::Tsa, Service::Oidc, Service::CtLog}) {
    const std::string name(service_name(service));
    for (const std::string& fault : faults_of(service)) {
      const bool lie = fault.starts_with("lie:");
      EXPECT_THAT(text, HasSubstr(lie ? fault.substr(4) : fault)) << name;
    }
  }
}

TEST(SandboxUsage, IsStatusTwoWithAWayOut) {
  const auto end = run({"serve"});
  EXPECT_EQ(end.status, 2);
  EXPECT_EQ(end.output, "");
  EXPECT_THAT(end.errors, HasSubstr("--dir is missing"));
  EXPECT_THAT(end.errors, HasSubstr("signet-sandbox --help"));
}

}  // namespace
}  // namespace signet::sandbox
