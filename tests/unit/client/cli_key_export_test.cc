// `signet key export` against a scripted agent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"
#include "json/writer.h"
#include "tests/unit/client/cli_program.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet {
namespace {

using protocol::Call;
using test::json_output;
using test::reply_text;
using test::run_signet;
using test::ScriptedAgent;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A key that ssh-keygen 9.2 made, in each of the forms that it and OpenSSL write.
constexpr std::string_view kPem =
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+Xp7SUwgKNZL5LR7tQ4bD5H13+Ui\n"
    "26NvNy0ef6aIqo1o7ORMGtqkbBwu8UDZoxNa+dnW+dmNETYgwqIrnBVeRw==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kLine =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPl6e0lMICjWS+S0e7"
    "UOGw+R9d/lItujbzctHn+miKqNaOzkTBrapGwcLvFA2aMTWvnZ1vnZjRE2IMKiK5wVXkc=";
constexpr std::string_view kFingerprint = "sha256:c8dbb05b3094722456874378bf3f792ef14f4a530038748eed40c43ffb5402f1";
constexpr std::string_view kSshFingerprint = "SHA256:ZQiuUxAFEvrgQng5sWBW7y1IvJ91uIWbxdmO9d+QM+E";
constexpr std::string_view kUri = "pkcs11:token=desk;id=%01";

std::string identity(const std::string& name, const std::string& more, const std::string& san = "jane@example.org",
                     std::string_view fingerprint = kFingerprint) {
  return R"({"name":")" + name + R"(","instance":"sandbox","san":)" + json::quote(san) +
         R"(,"issuer":"https://issuer.example","use":["git"],"log":"require","key":")" + std::string(kUri) +
         R"(","fingerprint":")" + std::string(fingerprint) + "\"" + more + "}";
}

std::string with_key(const std::string& name, const std::string& more = "",
                     const std::string& san = "jane@example.org") {
  return identity(name, ",\"public_key\":" + json::quote(kPem) + more, san);
}

std::string key_on_token(std::string_view uri = kUri, std::string_view pem = kPem,
                         const std::string& names = R"(["work"])", std::string_view fingerprint = kFingerprint) {
  return R"({"token":"desk","label":"release","id":"01","algorithm":"p256","uri":")" + std::string(uri) +
         R"(","fingerprint":")" + std::string(fingerprint) + R"(","public_key":)" + json::quote(pem) +
         R"(,"identities":)" + names + "}";
}

class CliKeyExport : public ::testing::Test {
 protected:
  // Runs it against an agent that has these identities and these keys on its tokens.
  static test::ProcessEnd run(std::vector<std::string> arguments, const std::string& identities,
                              const std::string& keys = "") {
    ScriptedAgent agent([&](const Call& call) -> std::vector<std::string> {
      if (call.method == "org.signet.Agent.Keys") return {reply_text("\"keys\":[" + keys + "]")};
      return {reply_text("\"identities\":[" + identities + "]")};
    });
    arguments.insert(arguments.begin(), {"key", "export"});
    return run_signet({.arguments = std::move(arguments), .environment = {{"SIGNET_SOCK", agent.socket().native()}}});
  }

  static void expect_refused(const std::vector<std::string>& arguments, const std::string& identities, int status,
                             std::string_view why, std::string_view next, const std::string& keys = "") {
    const auto refused = run(arguments, identities, keys);
    EXPECT_EQ(refused.status, status) << refused.errors;
    EXPECT_THAT(refused.errors, AllOf(HasSubstr(why), HasSubstr(next)));
    EXPECT_THAT(refused.output, IsEmpty());
  }

  const std::string one_ = with_key("work", R"(,"is_default":true)");
};

TEST_F(CliKeyExport, WritesTheDefaultIdentitysKeyForSsh) {
  const auto end = run({"--ssh"}, with_key("other") + "," + one_);
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, std::string(kLine) + " work jane@example.org\n");
}

TEST_F(CliKeyExport, WritesANamedIdentitysKey) {
  const auto end = run({"--ssh", "other"}, one_ + "," + with_key("other"));
  EXPECT_EQ(end.output, std::string(kLine) + " other jane@example.org\n");
}

TEST_F(CliKeyExport, WritesPem) { EXPECT_EQ(run({"--pem"}, one_).output, kPem); }

TEST_F(CliKeyExport, WritesALineOfAllowedSigners) {
  EXPECT_EQ(run({"--allowed-signers"}, one_).output,
            "jane@example.org namespaces=\"git,file\" " + std::string(kLine) + "\n");
  const auto whole = run({"--allowed-signers", "--principal", "*@example.org", "--principal", "jane", "--namespaces",
                          "git", "--valid-after", "20260101", "--valid-before", "2027-01-01T00:00:00Z"},
                         one_);
  EXPECT_EQ(whole.output,
            "*@example.org,jane namespaces=\"git\",valid-after=\"20260101\",valid-before=\"20270101000000Z\" " +
                std::string(kLine) + "\n")
      << whole.errors;
  EXPECT_EQ(run({"--allowed-signers", "--namespaces", ""}, one_).output,
            "jane@example.org " + std::string(kLine) + "\n");
}

TEST_F(CliKeyExport, WritesAnObjectForPrograms) {
  const auto end = run({"--ssh", "--json"}, one_);
  EXPECT_EQ(json::write(json_output(end)),
            R"({"schema":"signet.key-export/1","form":"ssh","text":")" + std::string(kLine) +
                R"( work jane@example.org\n","name":"work","algorithm":"p256","fingerprint":")" +
                std::string(kFingerprint) + R"(","ssh_fingerprint":")" + std::string(kSshFingerprint) + "\"}");
}

TEST_F(CliKeyExport, FindsAKeyOnATokenByItsFingerprintsAndItsUri) {
  const std::string keys =
      key_on_token("pkcs11:token=desk;id=%02", "-----BEGIN PUBLIC KEY-----\nMA==\n", "[]", "sha256:00") + "," +
      key_on_token();
  for (const std::string_view which : {kFingerprint, kSshFingerprint, kUri}) {
    const auto end = run({"--ssh", "--key", std::string(which)}, one_, keys);
    EXPECT_EQ(end.output, std::string(kLine) + " work jane@example.org\n") << which << end.errors;
  }
  EXPECT_EQ(run({"--ssh", "--key", std::string(kUri)}, one_, key_on_token(kUri, kPem, "[]")).output,
            std::string(kLine) + " release\n");
}

TEST_F(CliKeyExport, FindsAKeyByEachPartOfItsUriThatIdentitiesMayName) {
  const std::string other = key_on_token("pkcs11:token=desk;serial=d60;id=%02;object=other;type=private",
                                         "-----BEGIN PUBLIC KEY-----\nMA==\n", "[]", "sha256:00");
  const std::string keys =
      other + "," + key_on_token("pkcs11:token=desk;serial=d60;id=%01;object=release;type=private");
  for (const std::string which : {"pkcs11:token=desk;id=%01", "pkcs11:id=%01", "pkcs11:object=release",
                                  "pkcs11:id=%01;serial=d60;type=private"}) {
    const auto end = run({"--ssh", "--key", which}, one_, keys);
    EXPECT_EQ(end.output, std::string(kLine) + " work jane@example.org\n") << which << end.errors;
  }
  for (const std::string which :
       {"pkcs11:token=home;id=%01", "pkcs11:serial=d61;id=%01", "pkcs11:object=other;id=%01", "pkcs11:id=%03"}) {
    expect_refused({"--ssh", "--key", which}, one_, 3, "KeyNotFound: no token that is there holds the key \"" + which,
                   "next: signet key list shows the keys that are there", keys);
  }
  expect_refused({"--ssh", "--key", "pkcs11:token=desk"}, one_, 2, "InvalidRequest: not a usable PKCS#11 URI",
                 "next: ", keys);
}

TEST_F(CliKeyExport, AsksTheTokensWhereTheAgentHasNotReadTheKeyYet) {
  const std::string unread = identity("work", R"(,"is_default":true)");
  EXPECT_EQ(run({"--pem"}, unread, key_on_token()).output, kPem);
  expect_refused({"--pem"}, unread, 3,
                 "KeyNotFound: the key of identity work was not read yet, and no token that is there holds it",
                 "next: plug its token in; signet status tells which one that is");
}

TEST_F(CliKeyExport, SaysWhyAnIdentityHasNoKeyToShow) {
  expect_refused({"--pem"}, identity("work", R"(,"is_default":true,"problem":"another key stands in its place")"), 3,
                 "KeyNotFound: the key of identity work is not known: another key stands in its place", "");
  expect_refused({"--pem"}, identity("work", R"(,"is_default":true,"ephemeral":true)"), 1,
                 "identity work makes a key for each signature: there is none that could be handed out before",
                 "next: use an identity with a key of its own");
}

TEST_F(CliKeyExport, ListsTheIdentitiesWhereNoneIsMeant) {
  const std::string two = with_key("work") + "," + with_key("home");
  expect_refused({"--pem"}, two, 2, "IdentityNotFound: no identity is named, and none stands for all",
                 "next: name one; there are: work, home");
  expect_refused({"--pem", "wrok"}, two, 2, "IdentityNotFound: there is no identity \"wrok\"", "there are: work, home");
  expect_refused({"--pem"}, "", 2, "IdentityNotFound: no identity is named", "there are: none");
}

TEST_F(CliKeyExport, BelievesNoOtherKeyThanThePinnedOne) {
  const std::string other =
      identity("work", R"(,"is_default":true,"public_key":)" + json::quote(kPem), "a@b.c", "sha256:00");
  expect_refused({"--ssh"}, other, 3, "the agent tells another key than the one that identity work pins", "");
}

TEST_F(CliKeyExport, SaysWhichKeysThereAreNot) {
  expect_refused({"--ssh", "--key", "sha256:00"}, one_, 3,
                 "KeyNotFound: no token that is there holds the key \"sha256:00\"",
                 "next: signet key list shows the keys that are there", key_on_token());
  expect_refused({"--ssh", "--key", "work"}, one_, 2, "InvalidRequest: \"work\" names no key",
                 "next: give sha256:…, SHA256:… or pkcs11:…");
  const std::string two = key_on_token() + "," + key_on_token(kUri, kPem, "[]", "sha256:00");
  expect_refused({"--ssh", "--key", std::string(kUri)}, one_, 3, "KeyNotFound: several keys fit the URI",
                 "next: say which one by its fingerprint, as signet key list shows it", two);
}

TEST_F(CliKeyExport, WantsToKnowWhoSignsWithAKeyOfNobody) {
  const std::vector<std::string> words = {"--allowed-signers", "--key", std::string(kUri)};
  expect_refused(words, one_, 2, "no identity with a SAN uses this key, so nobody is known who signs with it",
                 "next: say who: --principal NAME", key_on_token(kUri, kPem, "[]"));
  auto named = words;
  named.insert(named.end(), {"--principal", "joe"});
  EXPECT_THAT(run(named, one_, key_on_token(kUri, kPem, "[]")).output, HasSubstr("joe namespaces="));
}

TEST_F(CliKeyExport, TakesAnIdentityForSshAloneWithoutASan) {
  const std::string bare = with_key("work", R"(,"is_default":true)", "");
  EXPECT_EQ(run({"--ssh"}, bare).output, std::string(kLine) + " work\n");
  expect_refused({"--allowed-signers"}, bare, 2, "no identity with a SAN uses this key",
                 "next: say who: --principal NAME");
}

// What is a name to a CA would be a pattern here.
TEST_F(CliKeyExport, DoesNotLetASanStandForOthers) {
  expect_refused({"--allowed-signers"}, with_key("work", R"(,"is_default":true)", "*@example.org"), 2,
                 "the identity's SAN \"*@example.org\" would stand for others, too, in an allowed_signers file",
                 "next: say who signs: --principal NAME");
  expect_refused({"--allowed-signers"}, with_key("work", R"(,"is_default":true)", "a b"), 2,
                 "\"a b\" cannot be a principal of an allowed_signers file", "next: it may have no blanks");
}

TEST_F(CliKeyExport, ShowsNothingOfASanThatATerminalWouldObey) {
  const auto end = run({"--ssh"}, with_key("work", R"(,"is_default":true)", "a\x1b[2J\nssh-rsa"));
  EXPECT_EQ(end.output, std::string(kLine) + " work a\xEF\xBF\xBD[2J\xEF\xBF\xBDssh-rsa\n");
}

TEST_F(CliKeyExport, WantsOneFormAndOneKey) {
  expect_refused({}, one_, 2, "signet key export needs to know the form",
                 "next: say --ssh, --pem or --allowed-signers");
  expect_refused({"--ssh", "--pem"}, one_, 2, "--ssh and --pem exclude each other", "");
  expect_refused({"--ssh", "work", "home"}, one_, 2, "signet key export takes one identity, or --key",
                 "for example: signet key export --ssh work");
  expect_refused({"--ssh", "--key", "sha256:00", "work"}, one_, 2, "signet key export takes one identity, or --key",
                 "");
  for (const char* flag : {"--principal", "--namespaces", "--valid-after", "--valid-before"}) {
    expect_refused({"--ssh", flag, "x"}, one_, 2, std::string(flag) + " goes with --allowed-signers alone", "");
  }
}

TEST_F(CliKeyExport, SaysWhichTimeIsNone) {
  for (const char* flag : {"valid-after", "valid-before"}) {
    expect_refused({"--allowed-signers", "--" + std::string(flag), "tomorrow"}, one_, 2,
                   "\"tomorrow\" is no time of an allowed_signers file (reading --" + std::string(flag) + ")",
                   "next: write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z behind it for UTC, or RFC 3339");
  }
  expect_refused({"--allowed-signers", "--valid-after", "20260102Z", "--valid-before", "20260101Z"}, one_, 2,
                 "the key would end to be valid before it begins: after 20260102Z, before 20260101Z", "");
}

TEST_F(CliKeyExport, ExplainsItself) {
  const auto help = run_signet({.arguments = {"key", "export", "--help"}});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("usage: signet key export [OPTIONS] [IDENTITY]\n"),
                                 HasSubstr("signet key export --ssh >> ~/.ssh/authorized_keys"),
                                 HasSubstr("git verifies SSH signatures at the time that the\ncommit claims")));
}

}  // namespace
}  // namespace signet
