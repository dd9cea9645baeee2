#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/config/whole.h"

namespace signet::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kUse = "use = [\"raw\"]\n";
constexpr std::string_view kHost = "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDJ8+4LNiWVQ5Xr2vY";

std::string with_ssh(const std::string& rules) { return changed(kUse, "use = [\"ssh\"]\n" + rules); }

// `spare` with what a test says of ssh.
Result<Identity> spare_with(const std::string& rules) {
  auto read = parse(with_ssh(rules));
  if (!read) return fail(std::move(read.error()));
  return read->identities.at("spare");
}

TEST(SshRules, LetGitAndFilesBeSignedAndAnyHostBeLoggedInToByDefault) {
  const auto spare = spare_with("");
  ASSERT_TRUE(spare) << spare.error().sentence();
  EXPECT_THAT(spare->use, ElementsAre(Use::Ssh));
  EXPECT_THAT(spare->ssh.namespaces, ElementsAre("git", "file"));
  EXPECT_TRUE(spare->ssh.logins);
  EXPECT_FALSE(spare->ssh.hosts);
  EXPECT_FALSE(spare->ssh.forwarded);
}

TEST(SshRules, AreWhatTheTableSays) {
  const auto spare = spare_with("[identity.spare.ssh]\nnamespaces = [\"git\"]\nforwarded = true\nhosts = [ { name = " +
                                std::string("\"github.com\", key = \"") + std::string(kHost) + "\" } ]\n");
  ASSERT_TRUE(spare) << spare.error().sentence();
  EXPECT_THAT(spare->ssh.namespaces, ElementsAre("git"));
  EXPECT_TRUE(spare->ssh.forwarded);
  ASSERT_TRUE(spare->ssh.hosts);
  ASSERT_THAT(*spare->ssh.hosts, SizeIs(1));
  EXPECT_EQ(spare->ssh.hosts->front().name, "github.com");
  EXPECT_EQ(spare->ssh.hosts->front().key, kHost);
}

TEST(SshRules, CanForbidSignaturesOrLogins) {
  const auto no_signatures = spare_with("ssh = { namespaces = [] }\n");
  ASSERT_TRUE(no_signatures);
  EXPECT_THAT(no_signatures->ssh.namespaces, IsEmpty());
  const auto no_logins = spare_with("ssh = { logins = false }\n");
  ASSERT_TRUE(no_logins);
  EXPECT_FALSE(no_logins->ssh.logins);
}

TEST(SshRules, AnEmptyListOfHostsIsNoHostAtAll) {
  const auto spare = spare_with("ssh = { hosts = [] }\n");
  ASSERT_TRUE(spare);
  ASSERT_TRUE(spare->ssh.hosts);
  EXPECT_THAT(*spare->ssh.hosts, IsEmpty());
}

// It never gets a certificate.
TEST(SshAlone, NeedsNeitherInstanceNorPerson) {
  constexpr std::string_view kPerson =
      "instance = \"sandbox\"\nkey = \"pkcs11:token=drawer;object=spare\"\nsan = \"me@example.net\"\n"
      "issuer = \"http://127.0.0.1:4000/oidc\"\nuse = [\"raw\"]\n";
  const auto read = parse(changed(kPerson, "key = \"pkcs11:token=drawer;object=spare\"\nuse = [\"ssh\"]\n"));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_TRUE(is_for_ssh_alone(read->identities.at("spare")));
  EXPECT_EQ(read->identities.at("spare").instance, "");
  test::expect_refusal(
      parse(changed(kPerson, "key = \"pkcs11:token=drawer;object=spare\"\nuse = [\"ssh\", \"git\"]\n")),
      ErrorCode::InvalidRequest, "[identity.spare] needs instance");
}

TEST(SshAlone, NeedsNoConsentToALogThatItNeverWritesTo) {
  std::string text = with_ssh("");
  const std::string sandbox = "sandbox = true\n";
  text.erase(text.find(sandbox), sandbox.size());
  EXPECT_TRUE(parse(text)) << parse(text).error().sentence();
}

TEST(SshUpstream, IsAnAbsolutePath) {
  const auto read = parse(changed("[audit]\n", "[ssh]\nupstream = \"/run/user/1/other.sock\"\n[audit]\n"));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->ssh_upstream, "/run/user/1/other.sock");
  EXPECT_EQ(parse(whole())->ssh_upstream, "");
}

class SshRule : public ::testing::TestWithParam<Mistake> {};

TEST_P(SshRule, IsToldWithItsPlace) { expect_mistake(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Each, SshRule,
    ::testing::Values(
        Mistake{kUse, "use = [\"raw\"]\nssh = { logins = true }\n", "{ logins", "and `use` has no \"ssh\""},
        Mistake{kUse, "use = [\"ssh\"]\nssh = { port = 22 }\n", "port", "unknown key \"port\" in [identity.spare.ssh]"},
        Mistake{kUse, "use = [\"ssh\"]\nssh = { namespaces = [\"\"] }\n", "[\"\"]", "holds an empty name"},
        Mistake{kUse, "use = [\"ssh\"]\nssh = { hosts = [ { name = \"h\", key = \"SHA256:abc\" } ] }\n", "\"SHA256:abc",
                "is not SHA256:<43 characters of base64>"},
        Mistake{kUse, "use = [\"ssh\"]\nssh = { hosts = [ { name = \"h\" } ] }\n", "{ name = \"h",
                "[identity.spare.ssh.hosts] needs key"},
        Mistake{kUse,
                "use = [\"ssh\"]\nssh = { hosts = [ { name = \"\", key = "
                "\"SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDJ8+4LNiWVQ5Xr2vY\" } ] }\n",
                "\"\", key", "[identity.spare.ssh.hosts] name is empty"},
        Mistake{kUse, "use = [\"ssh\"]\nssh = { logins = false, hosts = [] }\n", "[] }",
                "stands beside logins = false"},
        Mistake{"[audit]\n", "[ssh]\nupstream = \"other.sock\"\n[audit]\n", "\"other.sock\"",
                "[ssh] upstream is not an absolute path"},
        Mistake{"[audit]\n", "[ssh]\n[audit]\n", "[ssh]", "[ssh] needs upstream"},
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"\nsan = \"me@example.net\"\nissuer = "
                "\"http://127.0.0.1:4000/oidc\"\nuse = [\"raw\"]",
                "key = \"pkcs11:token=drawer\"\nephemeral = \"p256\"\nsan = \"me@example.net\"\nissuer = "
                "\"http://127.0.0.1:4000/oidc\"\nuse = [\"ssh\"]",
                "[\"ssh\"]", "has ssh, where a key is known by itself"}));

}  // namespace
}  // namespace signet::config
