#include "agent/policy/ssh_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ssh/key.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::agent {
namespace {

using sigstore::KeyKind;
using test::expect_refusal;
using test::SoftwareKey;
using ::testing::HasSubstr;

const sigstore::PublicKey& key_of(KeyKind kind) {
  static std::map<KeyKind, sigstore::PublicKey> known;
  return known.try_emplace(kind, SoftwareKey::generate(kind).public_key()).first->second;
}
const sigstore::PublicKey& ours() { return key_of(KeyKind::EcdsaP256); }
const sigstore::PublicKey& host() { return key_of(KeyKind::Ed25519); }
const sigstore::PublicKey& other_host() { return key_of(KeyKind::EcdsaP384); }

constexpr std::string_view kSession = "0123456789abcdef0123456789abcdef";

ssh::Login login() {
  return {.session_id = to_bytes(kSession),
          .user = "git",
          .algorithm = {.name = "ecdsa-sha2-nistp256", .hash = HashAlgorithm::Sha256},
          .key = ours()};
}
ssh::Login hostbound_login() {
  ssh::Login bound = login();
  bound.host_key = host();
  return bound;
}
Item item_of(const ssh::Login& login) { return read_ssh_item(ssh::encode_login(login)).value(); }
Item signature_of(std::string_view name_space) {
  const Digest digest = Digest::from_sha256({});
  return read_ssh_item(ssh::encode_sshsig_request({.name_space = std::string(name_space), .message = digest})).value();
}

SshOrigin bound_to(const sigstore::PublicKey& host) {
  return {.hops = {{.host_key = host, .session_id = to_bytes(kSession)}}};
}
SshOrigin forwarded() {
  return {.hops = {{.host_key = other_host(), .session_id = to_bytes("far"), .is_forwarding = true}}};
}

class SshRules : public ::testing::Test {
 protected:
  SshRules() {
    identity_.name = "work";
    identity_.use = {config::Use::Ssh};
  }
  void only(const sigstore::PublicKey& host) {
    identity_.ssh.hosts = {{.name = "build", .key = ssh::key_fingerprint(host)}};
  }
  [[nodiscard]] Result<void> check(const Item& item, const SshOrigin& origin = {}, std::uint32_t flags = 0,
                                   const sigstore::PublicKey& key = ours()) const {
    const auto algorithm = ssh::signature_algorithm_for(key.kind(), flags);
    return check_ssh({.identity = identity_, .key = key, .algorithm = algorithm, .origin = origin}, item);
  }

  config::Identity identity_;
};

TEST_F(SshRules, LetTheNamespacesOfTheListBeSigned) {
  EXPECT_TRUE(check(signature_of("git")));
  EXPECT_TRUE(check(signature_of("file")));
  expect_refusal(check(signature_of("email")), ErrorCode::NotAuthorized,
                 "identity work signs nothing of namespace \"email\" over ssh");
}

TEST_F(SshRules, LetAnybodyHereLogInAnywhereByDefault) {
  EXPECT_TRUE(check(item_of(login())));
  EXPECT_TRUE(check(item_of(hostbound_login())));
  EXPECT_TRUE(check(item_of(login()), bound_to(host())));
  EXPECT_TRUE(check(item_of(hostbound_login()), bound_to(host())));
}

TEST_F(SshRules, RefuseALoginWhereTheIdentityLogsInNowhere) {
  identity_.ssh.logins = false;
  expect_refusal(check(item_of(login())), ErrorCode::NotAuthorized, "identity work does not log in anywhere");
  EXPECT_TRUE(check(signature_of("git")));
}

TEST_F(SshRules, RefuseALoginOfAnotherKeySessionHostOrAlgorithm) {
  ssh::Login wrong = login();
  wrong.key = key_of(KeyKind::EcdsaP384);
  wrong.algorithm = {.name = "ecdsa-sha2-nistp384", .hash = HashAlgorithm::Sha384};
  expect_refusal(check(item_of(wrong)), ErrorCode::InvalidRequest, "with another key than the one");
  wrong = login();
  wrong.session_id = to_bytes("another session");
  expect_refusal(check(item_of(wrong), bound_to(host())), ErrorCode::InvalidRequest, "of another session than the one");
  expect_refusal(check(item_of(hostbound_login()), bound_to(other_host())), ErrorCode::InvalidRequest,
                 "to another host than the one");
}

TEST_F(SshRules, HoldTheFlagsAgainstTheAlgorithmOfTheLogin) {
  ssh::Login rsa = login();
  rsa.key = key_of(KeyKind::Rsa2048);
  rsa.algorithm = {.name = "rsa-sha2-512", .hash = HashAlgorithm::Sha512};
  EXPECT_TRUE(check(item_of(rsa), {}, ssh::kRsaSha512, rsa.key));
  expect_refusal(check(item_of(rsa), {}, ssh::kRsaSha256, rsa.key), ErrorCode::InvalidRequest,
                 "by another algorithm than the one");
  EXPECT_FALSE(check(item_of(rsa), {}, 0, rsa.key)) << "that would be SHA-1";
  EXPECT_FALSE(check(item_of(rsa), {}, ssh::kRsaSha256 | ssh::kRsaSha512, rsa.key));
}

TEST_F(SshRules, LetTheHostsOfTheListBeLoggedInToOnceTheyProvedIt) {
  only(host());
  EXPECT_TRUE(check(item_of(login()), bound_to(host())));
  expect_refusal(check(item_of(login()), bound_to(other_host())), ErrorCode::NotAuthorized,
                 "is none of those that identity work may log in to");
  expect_refusal(check(item_of(hostbound_login())), ErrorCode::NotAuthorized, "ssh did not prove which one this is");
  EXPECT_TRUE(check(signature_of("git"))) << "the list is one of logins";
}

TEST_F(SshRules, RefuseEveryLoginWhereTheListIsEmpty) {
  identity_.ssh.hosts.emplace();
  EXPECT_FALSE(check(item_of(login()), bound_to(host())));
}

TEST_F(SshRules, RefuseALoginOverAConnectionThatIsForForwarding) {
  identity_.ssh.forwarded = true;
  expect_refusal(check(item_of(login()), forwarded()), ErrorCode::NotAuthorized, "that is for forwarding alone");
}

TEST_F(SshRules, WantTheHostInALoginOverAnotherHost) {
  identity_.ssh.forwarded = true;
  only(host());
  SshOrigin origin = forwarded();
  origin.hops.push_back({.host_key = host(), .session_id = to_bytes(kSession)});
  EXPECT_TRUE(check(item_of(hostbound_login()), origin));
  expect_refusal(check(item_of(login()), origin), ErrorCode::NotAuthorized, "does not name the host");
}

// Where somebody said something that he could not prove, what was proved before counts for nothing.
TEST_F(SshRules, RefuseALoginToAHostOfTheListWhereABindFailed) {
  identity_.ssh.forwarded = true;
  only(host());
  SshOrigin origin = bound_to(host());
  EXPECT_TRUE(check(item_of(login()), origin));
  origin.bind_failed = true;
  expect_refusal(check(item_of(login()), origin), ErrorCode::NotAuthorized, "ssh did not prove which one this is");
}

TEST_F(SshRules, RefuseWhatAnotherHostAsksForUnlessTheIdentityIsForThat) {
  const std::string far = ssh::key_fingerprint(other_host());
  expect_refusal(check(signature_of("git"), forwarded()), ErrorCode::NotAuthorized,
                 "forwarded to the host with the key " + far);
  expect_refusal(check(signature_of("git"), {.bind_failed = true}), ErrorCode::NotAuthorized,
                 "nobody could prove where this connection comes from");
  EXPECT_FALSE(check_ssh_origin(identity_, forwarded())) << "and it is not shown there";
  identity_.ssh.forwarded = true;
  EXPECT_TRUE(check(signature_of("git"), forwarded()));
  EXPECT_TRUE(check_ssh_origin(identity_, forwarded()));
}

TEST_F(SshRules, SayWhereALoginGoes) {
  const std::string fingerprint = ssh::key_fingerprint(host());
  const Item plain = item_of(login());
  EXPECT_EQ(ssh_summary(plain, &identity_, {}), "ssh login to a host that ssh did not name as user \"git\"");
  EXPECT_EQ(ssh_summary(plain, &identity_, bound_to(host())),
            "ssh login to the host " + fingerprint + " as user \"git\"");
  EXPECT_EQ(ssh_summary(item_of(hostbound_login()), nullptr, {}),
            "ssh login to the host " + fingerprint + " as user \"git\"");
  only(host());
  EXPECT_EQ(ssh_summary(plain, &identity_, bound_to(host())),
            "ssh login to build (" + fingerprint + ") as user \"git\"");
  EXPECT_THAT(ssh_summary(signature_of("git"), &identity_, forwarded()),
              testing::MatchesRegex("ssh signature of namespace \"git\", sha256:0+, asked for by another host"));
}

TEST(SshItem, IsALoginOrASignatureAndNothingElse) {
  EXPECT_EQ(item_of(login()).kind(), "ssh-login");
  EXPECT_EQ(signature_of("git").kind(), "ssh-signature");
  for (const char* bytes : {"", "SSHSIG", "DSSEv1 28", "1\x10", "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"}) {
    const auto item = read_ssh_item(to_bytes(bytes));
    ASSERT_FALSE(item) << bytes;
    EXPECT_EQ(item.error().code, ErrorCode::InvalidRequest);
    EXPECT_THAT(item.error().context, testing::ElementsAre("reading what ssh wants signed"));
  }
}

}  // namespace
}  // namespace signet::agent
