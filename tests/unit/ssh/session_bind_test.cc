#include "ssh/session_bind.h"

#include <gtest/gtest.h>

#include "ssh/key.h"
#include "ssh/login.h"
#include "ssh/signature.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/ssh_keygen.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;
using test::expect_refusal;
using test::SoftwareKey;

SoftwareKey ed25519() { return SoftwareKey::generate(KeyKind::Ed25519); }

SessionBind bind_by(const SoftwareKey& host, bool is_forwarding = false) {
  const Bytes session_id(32, 9);
  const auto algorithm = signature_algorithm_for(host.public_key().kind(), kRsaSha512).value();
  const Bytes raw = algorithm.hash ? host.sign(*algorithm.hash, session_id) : host.sign(session_id);
  return {.host_key = host.public_key(),
          .session_id = session_id,
          .signature = encode_signature(algorithm, raw).value(),
          .is_forwarding = is_forwarding};
}

TEST(SshSessionBind, IsReadWrittenBackAndVerifiedForHostsOfEachKind) {
  for (const KeyKind kind : {KeyKind::Ed25519, KeyKind::EcdsaP256, KeyKind::Rsa2048}) {
    const SessionBind made = bind_by(SoftwareKey::generate(kind), true);
    const auto read = parse_session_bind(encode_session_bind(made));
    ASSERT_TRUE(read) << read.error().sentence();
    EXPECT_EQ(read->host_key, made.host_key);
    EXPECT_EQ(read->session_id, made.session_id);
    EXPECT_TRUE(read->is_forwarding);
    const auto verified = verify_session_bind(*read);
    EXPECT_TRUE(verified) << verified.error().sentence();
  }
}

TEST(SshSessionBind, IsRefusedWhereTheHostDidNotSignThisSession) {
  SessionBind other_session = bind_by(ed25519());
  ASSERT_TRUE(verify_session_bind(other_session));
  other_session.session_id.front() ^= 1U;
  const std::string_view why = "the signature is not one of this key over this content";
  expect_refusal(verify_session_bind(other_session), ErrorCode::NotVerified, why);
  SessionBind other_host = bind_by(ed25519());
  other_host.host_key = SoftwareKey::generate(KeyKind::Ed25519).public_key();
  expect_refusal(verify_session_bind(other_host), ErrorCode::NotVerified, why);
}

TEST(SshSessionBind, IsRefusedWhereAFieldIsWrong) {
  const SessionBind good = bind_by(ed25519());
  Bytes contents = encode_session_bind(good);
  ASSERT_TRUE(parse_session_bind(contents));
  const auto refused = [](const Bytes& bytes, std::string_view why) {
    expect_refusal(parse_session_bind(bytes), ErrorCode::InvalidRequest,
                   "not the binding of an SSH session: " + std::string(why));
  };
  for (const std::size_t size : {std::size_t{0}, kMaxSessionId + 1}) {
    SessionBind bind = good;
    bind.session_id = Bytes(size);
    refused(encode_session_bind(bind), "no proper session id");
  }
  contents.back() = 2;
  refused(contents, "a truth value that is neither 0 nor 1");
  contents.back() = 0;
  contents.push_back(0);
  refused(contents, "bytes are left over behind it");
  refused({}, "it is cut off");
}

// As OpenSSH sends it: the certificate, and a signature by the key that it certifies.
TEST(SshSessionBind, OfAHostThatShowsACertificateIsOneOfItsPlainKey) {
  const test::TemporaryFolder folder;
  const SoftwareKey host = ed25519();
  const SessionBind made = bind_by(host);
  (void)folder.write("host.pub", encode_key_line(host.public_key(), "a host") + "\n");
  test::make_ssh_key(folder.path(), "ca", "ed25519");
  test::certify_ssh_key(folder.path(), "ca", "host", {"-h"});
  const Bytes certificate = test::ssh_blob_in(folder / "host-cert.pub");
  const auto read = parse_session_bind(
      Writer().string(certificate).string(made.session_id).string(made.signature).boolean(false).take());
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->host_key, host.public_key());
  const auto verified = verify_session_bind(*read);
  EXPECT_TRUE(verified) << verified.error().sentence();
}

TEST(SshSessionBind, SaysThatAHostsKeyIsNoneThatIsUsedHere) {
  const Bytes key = Writer().string("ssh-dss-cert-v01@openssh.com").string("…").take();
  const Bytes contents = Writer().string(key).string(Bytes(32)).string(Bytes(1)).boolean(false).take();
  const auto refused = parse_session_bind(contents);
  expect_refusal(refused, ErrorCode::KeyUnsuitable, "an SSH host certificate of type");
  EXPECT_EQ(refused.error().context, std::vector<std::string>{"reading the host key of an SSH session"});
}

}  // namespace
}  // namespace signet::ssh
