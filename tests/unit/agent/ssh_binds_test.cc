#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/ssh/session_binds.h"
#include "ssh/session_bind.h"
#include "ssh/signature.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::agent {
namespace {

using sigstore::KeyKind;
using test::expect_refusal;
using test::SoftwareKey;

const SoftwareKey& host() {
  static const SoftwareKey kKey = SoftwareKey::generate(KeyKind::Ed25519);
  return kKey;
}
const SoftwareKey& other_host() {
  static const SoftwareKey kKey = SoftwareKey::generate(KeyKind::Ed25519);
  return kKey;
}

// What ssh says of a session with `host`, whose id is signed by `signer`.
Bytes bind_of(const SoftwareKey& host, std::string_view session, bool forwarding, const SoftwareKey& signer) {
  const ssh::SignatureAlgorithm ed25519{.name = "ssh-ed25519", .hash = {}};
  return ssh::encode_session_bind({.host_key = host.public_key(),
                                   .session_id = to_bytes(session),
                                   .signature = ssh::encode_signature(ed25519, signer.sign(bytes_of(session))).value(),
                                   .is_forwarding = forwarding});
}
Bytes bind_of(const SoftwareKey& host, std::string_view session, bool forwarding = false) {
  return bind_of(host, session, forwarding, host);
}

TEST(SessionBinds, AreKnownInTheirOrder) {
  SessionBinds binds;
  EXPECT_FALSE(binds.origin().is_remote()) << "a program of this machine says nothing";
  ASSERT_TRUE(binds.add(bind_of(host(), "first", true)));
  ASSERT_TRUE(binds.add(bind_of(other_host(), "second")));
  ASSERT_EQ(binds.origin().hops.size(), 2U);
  EXPECT_EQ(binds.origin().hops.back().host_key, other_host().public_key());
  EXPECT_EQ(text_of(binds.origin().hops.back().session_id), "second");
  EXPECT_TRUE(binds.origin().is_remote());
}

TEST(SessionBinds, OfALoginAloneAreOfThisMachine) {
  SessionBinds binds;
  ASSERT_TRUE(binds.add(bind_of(host(), "session")));
  EXPECT_FALSE(binds.origin().is_remote());
}

TEST(SessionBinds, SaidAgainAreNoNews) {
  SessionBinds binds;
  ASSERT_TRUE(binds.add(bind_of(host(), "session", true)));
  EXPECT_TRUE(binds.add(bind_of(host(), "session", true)));
  EXPECT_EQ(binds.origin().hops.size(), 1U);
  EXPECT_FALSE(binds.origin().bind_failed);
}

TEST(SessionBinds, ThatTheHostDidNotSignAreRefusedAndRemembered) {
  SessionBinds binds;
  const auto added = binds.add(bind_of(host(), "session", false, other_host()));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::NotVerified) << added.error().sentence();
  EXPECT_TRUE(binds.origin().bind_failed);
  EXPECT_TRUE(binds.origin().is_remote()) << "nobody knows where it comes from";
}

TEST(SessionBinds, ThatCannotBeReadAreRefusedAndRemembered) {
  SessionBinds binds;
  Bytes longer = bind_of(host(), "session");
  longer.push_back(0);
  ASSERT_FALSE(binds.add(longer));
  EXPECT_TRUE(binds.origin().bind_failed);
}

TEST(SessionBinds, GiveNoHostTheSessionOfAnother) {
  SessionBinds binds;
  ASSERT_TRUE(binds.add(bind_of(host(), "session", true)));
  expect_refusal(binds.add(bind_of(other_host(), "session", true)), ErrorCode::NotAuthorized, "a new host key");
  EXPECT_TRUE(binds.origin().bind_failed);
}

TEST(SessionBinds, EndWithTheOneThatIsForALogin) {
  SessionBinds binds;
  ASSERT_TRUE(binds.add(bind_of(host(), "session")));
  expect_refusal(binds.add(bind_of(other_host(), "another")), ErrorCode::NotAuthorized, "bound for a login");
  expect_refusal(binds.add(bind_of(host(), "session")), ErrorCode::NotAuthorized, "bound for a login");
}

TEST(SessionBinds, AreSixteenAtMost) {
  SessionBinds binds;
  for (std::size_t i = 0; i < SessionBinds::kMaxHops; ++i) {
    ASSERT_TRUE(binds.add(bind_of(host(), "session " + std::to_string(i), true))) << i;
  }
  expect_refusal(binds.add(bind_of(host(), "one more", true)), ErrorCode::LimitExceeded, "more than 16 session-binds");
}

}  // namespace
}  // namespace signet::agent
