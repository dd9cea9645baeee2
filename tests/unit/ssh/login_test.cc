#include "ssh/login.h"

#include <gtest/gtest.h>

#include "ssh/key.h"
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

const SoftwareKey& key_of(KeyKind kind) {
  static const SoftwareKey ecdsa = SoftwareKey::generate(KeyKind::EcdsaP256);
  static const SoftwareKey rsa = SoftwareKey::generate(KeyKind::Rsa2048);
  static const SoftwareKey ed25519 = SoftwareKey::generate(KeyKind::Ed25519);
  return kind == KeyKind::EcdsaP256 ? ecdsa : kind == KeyKind::Ed25519 ? ed25519 : rsa;
}

Bytes blob_of(KeyKind kind) { return encode_key_blob(key_of(kind).public_key()); }

// A login as its fields; the untouched ones are those of a good one.
struct Fields {
  Bytes session_id = Bytes(32, 1);
  std::uint8_t message = 50;
  std::string user = "git";
  std::string_view service = "ssh-connection";
  std::string_view method = "publickey";
  std::uint8_t has_signature = 1;
  std::string_view algorithm = "ecdsa-sha2-nistp256";
  Bytes key = blob_of(KeyKind::EcdsaP256);
  Bytes behind{};
};

Bytes bytes_of(const Fields& fields) {
  return Writer()
      .string(fields.session_id)
      .byte(fields.message)
      .string(fields.user)
      .string(fields.service)
      .string(fields.method)
      .byte(fields.has_signature)
      .string(fields.algorithm)
      .string(fields.key)
      .raw(fields.behind)
      .take();
}

constexpr std::string_view kHostbound = "publickey-hostbound-v00@openssh.com";

TEST(SshLogin, IsReadAndWrittenBack) {
  const Bytes data = bytes_of(Fields{});
  const auto login = parse_login(data);
  ASSERT_TRUE(login) << login.error().sentence();
  EXPECT_EQ(login->session_id, Bytes(32, 1));
  EXPECT_EQ(login->user, "git");
  EXPECT_EQ(login->algorithm.name, "ecdsa-sha2-nistp256");
  EXPECT_EQ(login->key, key_of(KeyKind::EcdsaP256).public_key());
  EXPECT_FALSE(login->host_key);
  EXPECT_EQ(encode_login(*login), data);
}

TEST(SshLogin, NamesItsHostsKeyWhereTheClientSaysIt) {
  const Bytes data = bytes_of({.method = kHostbound, .behind = Writer().string(blob_of(KeyKind::Ed25519)).take()});
  const auto login = parse_login(data);
  ASSERT_TRUE(login) << login.error().sentence();
  EXPECT_EQ(login->host_key, key_of(KeyKind::Ed25519).public_key());
  EXPECT_EQ(encode_login(*login), data);
}

TEST(SshLogin, NamesThePlainKeyOfAHostThatShowsACertificate) {
  const test::TemporaryFolder folder;
  test::make_ssh_key(folder.path(), "host", "ed25519");
  test::certify_ssh_key(folder.path(), "host", "host", {"-h"});
  const Bytes certificate = test::ssh_blob_in(folder / "host-cert.pub");
  const auto login = parse_login(bytes_of({.method = kHostbound, .behind = Writer().string(certificate).take()}));
  ASSERT_TRUE(login) << login.error().sentence();
  EXPECT_EQ(login->host_key, parse_key_blob(test::ssh_blob_in(folder / "host.pub")).value());
  const auto as_own_key = parse_login(bytes_of({.algorithm = "ssh-ed25519", .key = certificate}));
  expect_refusal(as_own_key, ErrorCode::KeyUnsuitable, "an SSH certificate (\"ssh-ed25519-cert-v01@openssh.com\")");
}

TEST(SshLogin, WithAnRsaKeyIsByOneOfTheNamesOfSha2) {
  const auto by = [](std::string_view algorithm) {
    return parse_login(bytes_of({.algorithm = algorithm, .key = blob_of(KeyKind::Rsa2048)}));
  };
  EXPECT_EQ(by("rsa-sha2-512")->algorithm.hash, HashAlgorithm::Sha512);
  EXPECT_EQ(by("rsa-sha2-256")->algorithm.hash, HashAlgorithm::Sha256);
  expect_refusal(by("ssh-rsa"), ErrorCode::KeyUnsuitable,
                 "the algorithm \"ssh-rsa\" is none that keys of type ssh-rsa may sign by");
  expect_refusal(by("ecdsa-sha2-nistp256"), ErrorCode::KeyUnsuitable, "is none that keys of type ssh-rsa may sign by");
}

TEST(SshLogin, IsRefusedWhereAFieldIsWrong) {
  ASSERT_TRUE(parse_login(bytes_of({.session_id = Bytes(kMaxSessionId), .user = std::string(kMaxUser, 'u')})));
  const auto refused = [](const Fields& fields, std::string_view why) {
    expect_refusal(parse_login(bytes_of(fields)), ErrorCode::InvalidRequest, "not an SSH login: " + std::string(why));
  };
  refused({.session_id = {}}, "no proper session id");
  refused({.session_id = Bytes(kMaxSessionId + 1)}, "no proper session id");
  refused({.message = 51}, "it is another message");
  refused({.user = ""}, "no proper name of a user");
  refused({.user = std::string(kMaxUser + 1, 'u')}, "no proper name of a user");
  refused({.user = std::string("a\0b", 3)}, "no proper name of a user");
  refused({.service = "ssh-userauth"}, "it is for another service than ssh-connection");
  refused({.method = "hostbased"}, "it is by another method than a public key");
  refused({.has_signature = 0}, "it says that it has no signature");
  refused({.has_signature = 2}, "a truth value that is neither 0 nor 1");
  refused({.behind = {0}}, "bytes are left over behind it");
  refused({.method = kHostbound}, "it is cut off");
  Bytes host_key = Writer().string(blob_of(KeyKind::Ed25519)).byte(0).take();
  refused({.method = kHostbound, .behind = host_key}, "bytes are left over behind it");
}

TEST(SshLogin, IsRefusedWithAKeyThatIsNone) {
  Bytes key = blob_of(KeyKind::EcdsaP256);
  key.push_back(0);
  const auto with_key = parse_login(bytes_of({.key = key}));
  expect_refusal(with_key, ErrorCode::InvalidRequest, "not an SSH key: bytes are left over behind it");
  EXPECT_EQ(with_key.error().context, std::vector<std::string>{"reading the key of an SSH login"});
  const auto with_host_key = parse_login(bytes_of({.method = kHostbound, .behind = Writer().string(key).take()}));
  expect_refusal(with_host_key, ErrorCode::InvalidRequest, "not an SSH key: bytes are left over behind it");
  EXPECT_EQ(with_host_key.error().context, std::vector<std::string>{"reading the host key of an SSH login"});
}

TEST(SshLogin, IsRefusedWhereverItIsCutOff) {
  const Bytes data = bytes_of(Fields{});
  for (std::size_t size = 0; size < data.size(); ++size) EXPECT_FALSE(parse_login(ByteView(data).first(size))) << size;
}

}  // namespace
}  // namespace signet::ssh
