#include "sandbox/state.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/file.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {
namespace {

const WallTime kNow = wall_time_from_unix(1'800'000'000);

unsigned mode_of(const std::filesystem::path& file) {
  struct stat facts{};
  return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
}

TEST(SandboxState, IsTheSameAfterARestart) {
  const test::TemporaryFolder folder;
  Bytes leaf;
  Ports ports;
  std::string secret;
  {
    const auto first = State::open(folder / "d", kNow);
    ASSERT_TRUE(first.has_value()) << first.error().sentence();
    leaf = to_bytes(first->ca.issuing.certificate.der());
    ports = first->ports;
    secret = first->secret.reveal();
  }
  const auto second = State::open(folder / "d", kNow + std::chrono::hours(5));
  ASSERT_TRUE(second.has_value()) << second.error().sentence();
  EXPECT_EQ(to_bytes(second->ca.issuing.certificate.der()), leaf);
  EXPECT_EQ(second->ports, ports);
  EXPECT_EQ(second->secret.reveal(), secret);
  EXPECT_EQ(second->created, kNow);
}

TEST(SandboxState, KeepsItsKeysFromOthers) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(State::open(folder / "d", kNow).has_value());
  EXPECT_EQ(mode_of(folder / "d"), 0700U);
  EXPECT_EQ(mode_of(folder / "d/secret"), 0600U);
  int keys = 0;
  for (const auto& key : std::filesystem::directory_iterator(folder / "d/keys")) {
    EXPECT_EQ(mode_of(key.path()), 0600U) << key.path();
    ++keys;
  }
  EXPECT_EQ(keys, 9) << "issuer, two of the CA, two of the timestamp authority, three logs, the TUF repository";
}

TEST(SandboxState, SaysInEveryAuthorityThatItIsNotForTrust) {
  const test::TemporaryFolder folder;
  const auto state = State::open(folder / "d", kNow);
  ASSERT_TRUE(state.has_value());
  for (const Authority* authority :
       {&state->ca.root, &state->ca.issuing, &state->tsas[0].root, &state->tsas[0].issuing}) {
    EXPECT_NE(text_of(authority->certificate.subject_name()).find("SANDBOX NOT FOR TRUST"), std::string_view::npos);
  }
}

TEST(SandboxState, HasTheProfileOfFulcioAndOfATimestampAuthority) {
  const test::TemporaryFolder folder;
  const auto state = State::open(folder / "d", kNow);
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(state->ca.root.certificate.is_ca());
  EXPECT_TRUE(state->ca.issuing.certificate.is_ca());
  EXPECT_TRUE(state->ca.issuing.certificate.has_extended_key_usage(sigstore::oid::kCodeSigning));
  EXPECT_EQ(state->ca.issuing.certificate.issuer_name(), state->ca.root.certificate.subject_name());
  EXPECT_FALSE(state->tsas[0].issuing.certificate.is_ca());
  EXPECT_TRUE(state->tsas[0].issuing.certificate.has_sole_critical_extended_key_usage(sigstore::oid::kTimeStamping));
  EXPECT_EQ(state->tsas[0].issuing.certificate.not_before(), kNow);
}

TEST(SandboxState, RefusesAFolderThatAnotherSandboxUses) {
  const test::TemporaryFolder folder;
  const auto first = State::open(folder / "d", kNow);
  ASSERT_TRUE(first.has_value());
  const auto second = State::open(folder / "d", kNow);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(second.error().what.find("another sandbox uses"), std::string::npos);
}

TEST(SandboxState, RefusesASecretThatIsOpenToOthers) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(State::open(folder / "d", kNow).has_value());
  ASSERT_EQ(::chmod((folder / "d/secret").c_str(), 0644), 0);
  const auto opened = State::open(folder / "d", kNow);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE((opened.error().what + opened.error().remedy).find("chmod 600"), std::string::npos);
}

TEST(SandboxState, RefusesACertificateOfAnotherKey) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(State::open(folder / "d", kNow).has_value());
  std::filesystem::copy_file(folder / "d/keys/ca-root.pem", folder / "d/keys/tsa.pem",
                             std::filesystem::copy_options::overwrite_existing);
  const auto opened = State::open(folder / "d", kNow);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().what.find("tsa.pem is not of the key of that name"), std::string::npos);
}

TEST(SandboxAccess, KnowsTheIssuerAndTheSecretOfARunningSandbox) {
  const test::TemporaryFolder folder;
  const auto state = State::open(folder / "d", kNow);
  ASSERT_TRUE(state.has_value());
  const auto access = Access::read(folder / "d");
  ASSERT_TRUE(access.has_value()) << access.error().sentence();
  EXPECT_EQ(access->issuer.public_key(), state->issuer.public_key());
  EXPECT_EQ(access->secret.reveal(), state->secret.reveal());
  EXPECT_EQ(access->ports, state->ports);
}

TEST(SandboxAccess, SaysHowToStartASandboxWhereThereIsNone) {
  const test::TemporaryFolder folder;
  const auto access = Access::read(folder / "nothing");
  ASSERT_FALSE(access.has_value());
  EXPECT_NE(access.error().remedy.find("signet-sandbox serve --dir"), std::string::npos);
}

}  // namespace
}  // namespace signet::sandbox
