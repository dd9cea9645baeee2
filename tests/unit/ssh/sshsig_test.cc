#include "ssh/sshsig.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/base64.h"
#include "common/pem.h"
#include "sigstore/encoding/hash.h"
#include "ssh/key.h"
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

const std::string kMessage = "a message\n";

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Made {
  const char* type;
  const char* bits;
  KeyKind kind;
};
constexpr Made kMade[] = {{"ed25519", "", KeyKind::Ed25519},
                          {"ecdsa", "256", KeyKind::EcdsaP256},
                          {"ecdsa", "384", KeyKind::EcdsaP384},
                          {"ecdsa", "521", KeyKind::EcdsaP521},
                          {"rsa", "2048", KeyKind::Rsa2048}};

class SshsigOfOpenSsh : public ::testing::TestWithParam<Made> {
 protected:
  [[nodiscard]] std::string signed_by_openssh(const std::string& name_space, const std::string& hash) const {
    test::make_ssh_key(folder_.path(), "key", GetParam().type, GetParam().bits);
    const auto signing = test::ssh_keygen(
        folder_.path(), {"-Y", "sign", "-n", name_space, "-O", "hashalg=" + hash, "-f", "key"}, kMessage);
    EXPECT_EQ(signing.status, 0) << signing.errors;
    return signing.output;
  }
  test::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, SshsigOfOpenSsh, ::testing::ValuesIn(kMade));

TEST_P(SshsigOfOpenSsh, VerifiesForItsNamespaceAndMessageAlone) {
  const std::string text = signed_by_openssh("git", "sha512");
  const auto signature = parse_sshsig_file(text);
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_EQ(signature->key.kind(), GetParam().kind);
  EXPECT_EQ(signature->key, parse_key_line(text_of_file(folder_ / "key.pub"))->key);
  const auto verified = verify_sshsig(*signature, "git", bytes_of(kMessage));
  EXPECT_TRUE(verified) << verified.error().sentence();
  expect_refusal(verify_sshsig(*signature, "file", bytes_of(kMessage)), ErrorCode::NotVerified,
                 "the SSH signature is for namespace \"git\", expected \"file\"");
  expect_refusal(verify_sshsig(*signature, "git", bytes_of("another message")), ErrorCode::NotVerified,
                 "the signature is not one of this key over this content");
}

TEST_P(SshsigOfOpenSsh, IsWrittenBackToTheByte) {
  const std::string text = signed_by_openssh("file", "sha256");
  const auto signature = parse_sshsig_file(text);
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_EQ(signature->hash, HashAlgorithm::Sha256);
  EXPECT_EQ(encode_sshsig_file(*signature), text);
}

// Signs as the agent does: the request from the namespace and the hash, the algorithm from the flags that ssh-keygen
// sends for RSA.
Sshsig made_by_us(const SoftwareKey& key, const std::string& name_space = "git") {
  const auto public_key = key.public_key();
  const auto message = sigstore::hash(HashAlgorithm::Sha512, bytes_of(kMessage));
  const Bytes data = encode_sshsig_request({.name_space = name_space, .message = message});
  const auto algorithm = signature_algorithm_for(public_key.kind(), kRsaSha512).value();
  const Bytes raw = algorithm.hash ? key.sign(*algorithm.hash, data) : key.sign(data);
  return {.key = public_key,
          .name_space = name_space,
          .hash = HashAlgorithm::Sha512,
          .signature = encode_signature(algorithm, raw).value()};
}

TEST_P(SshsigOfOpenSsh, IsWhatOpenSshTakesFromUsToo) {
  const SoftwareKey key = SoftwareKey::generate(GetParam().kind);
  folder_.write("ours.sig", encode_sshsig_file(made_by_us(key)));
  folder_.write("allowed", "me@example.org " + encode_key_line(key.public_key(), "") + "\n");
  const std::vector<std::string> arguments = {"-Y", "verify",         "-n", "git",     "-f", "allowed",
                                              "-I", "me@example.org", "-s", "ours.sig"};
  const auto good = test::ssh_keygen(folder_.path(), arguments, kMessage);
  EXPECT_EQ(good.status, 0) << good.output << good.errors;
  EXPECT_EQ(good.output, "Good \"git\" signature for me@example.org with " +
                             std::string(GetParam().kind == KeyKind::Ed25519   ? "ED25519"
                                         : GetParam().kind == KeyKind::Rsa2048 ? "RSA"
                                                                               : "ECDSA") +
                             " key " + key_fingerprint(key.public_key()) + "\n");
  EXPECT_NE(test::ssh_keygen(folder_.path(), arguments, "another message").status, 0);
}

TEST(SshsigFile, IsReadWithAnyWrapping) {
  const std::string text = encode_sshsig_file(made_by_us(SoftwareKey::generate(KeyKind::EcdsaP256)));
  const Bytes blob = parse_pem("SSH SIGNATURE", text).value();
  for (const std::size_t length : {std::size_t{1}, std::size_t{64}, std::size_t{76}, std::size_t{10'000}}) {
    EXPECT_TRUE(parse_sshsig_file(encode_pem("SSH SIGNATURE", blob, length))) << length;
  }
}

// A file of the fields that are given; the untouched ones are those of a good file.
struct Fields {
  std::string_view magic = "SSHSIG";
  std::uint32_t version = 1;
  std::string_view name_space = "git";
  std::string_view reserved = "";
  std::string_view hash = "sha512";
  std::string_view behind = "";
};

Result<Sshsig> file_of(const Fields& fields) {
  static const SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Sshsig good = made_by_us(key);
  return parse_sshsig_file(encode_pem("SSH SIGNATURE", Writer()
                                                           .raw(fields.magic)
                                                           .uint32(fields.version)
                                                           .string(encode_key_blob(good.key))
                                                           .string(fields.name_space)
                                                           .string(fields.reserved)
                                                           .string(fields.hash)
                                                           .string(good.signature)
                                                           .raw(fields.behind)
                                                           .take()));
}

TEST(SshsigFile, IsRefusedWhereAFieldIsWrong) {
  ASSERT_TRUE(file_of({}));
  const auto refused = [](const Fields& fields, std::string_view why) {
    expect_refusal(file_of(fields), ErrorCode::InvalidRequest, "not an SSH signature: " + std::string(why));
  };
  refused({.magic = "SSHSIX"}, "it does not begin with SSHSIG");
  refused({.version = 2}, "it is of another version than 1");
  refused({.name_space = ""}, "its namespace is empty, too long, or not printable ASCII");
  refused({.hash = "sha1"}, "its hash is neither sha256 nor sha512");
  refused({.hash = "sha384"}, "its hash is neither sha256 nor sha512");
  refused({.behind = "x"}, "bytes are left over behind it");
  expect_refusal(parse_sshsig_file(std::string(kMaxSshsigFile + 1, 'x')), ErrorCode::InvalidRequest,
                 "not an SSH signature: it is too long");
  expect_refusal(parse_sshsig_file("-----BEGIN PGP SIGNATURE-----\n"), ErrorCode::InvalidRequest,
                 "not PEM \"SSH SIGNATURE\": it does not begin with that line");
}

TEST(SshsigFile, MayHoldSomethingInItsReservedField) { EXPECT_TRUE(file_of({.reserved = "later"})); }

TEST(SshsigFile, IsOverAMessageByItsOwnHash) {
  const auto other = sigstore::hash(HashAlgorithm::Sha256, bytes_of(kMessage));
  expect_refusal(verify_sshsig(made_by_us(SoftwareKey::generate(KeyKind::Ed25519)), "git", other),
                 ErrorCode::InvalidRequest, "the SSH signature is over a sha512 hash, given is another");
}

struct RequestFields {
  std::string_view magic = "SSHSIG";
  std::string name_space = "git";
  std::string_view reserved = "";
  std::string_view hash = "sha512";
  std::size_t size = 64;
  std::string_view behind = "";
};

Bytes request_bytes(const RequestFields& fields) {
  return Writer()
      .raw(fields.magic)
      .string(fields.name_space)
      .string(fields.reserved)
      .string(fields.hash)
      .string(Bytes(fields.size, 7))
      .raw(fields.behind)
      .take();
}

// Sizes as OpenSSH 9.2 sends them: 95 bytes for "git" and SHA-512, 64 for "file" and SHA-256.
TEST(SshsigRequest, IsReadAndWrittenAsOpenSshSendsIt) {
  for (const RequestFields& fields : {RequestFields{}, {.name_space = "file", .hash = "sha256", .size = 32}}) {
    const Bytes data = request_bytes(fields);
    EXPECT_EQ(data.size(), fields.size == 64 ? 95U : 64U);
    const auto request = parse_sshsig_request(data);
    ASSERT_TRUE(request) << request.error().sentence();
    EXPECT_EQ(request->name_space, fields.name_space);
    EXPECT_EQ(hash_name(request->message.algorithm()), fields.hash);
    EXPECT_EQ(encode_sshsig_request(*request), data);
  }
}

TEST(SshsigRequest, IsRefusedWhereAFieldIsWrong) {
  ASSERT_TRUE(parse_sshsig_request(request_bytes({.name_space = std::string(kMaxNamespace, 'n')})));
  const auto refused = [](const RequestFields& fields, std::string_view why) {
    expect_refusal(parse_sshsig_request(request_bytes(fields)), ErrorCode::InvalidRequest,
                   "not the signed data of an SSH signature: " + std::string(why));
  };
  const std::string_view bad_namespace = "its namespace is empty, too long, or not printable ASCII";
  refused({.magic = "SSHSI6"}, "it does not begin with SSHSIG");
  refused({.name_space = ""}, bad_namespace);
  refused({.name_space = std::string(kMaxNamespace + 1, 'n')}, bad_namespace);
  refused({.name_space = "git\n"}, bad_namespace);
  refused({.name_space = "g\xC3\xA4"}, bad_namespace);
  refused({.reserved = "x"}, "its reserved field is not empty");
  refused({.hash = "sha384", .size = 48}, "its hash is neither sha256 nor sha512");
  refused({.hash = "sha256"}, "its hash has the wrong length");
  refused({.size = 63}, "its hash has the wrong length");
  refused({.behind = "x"}, "bytes are left over behind it");
}

TEST(SshsigRequest, IsRefusedWhereverItIsCutOff) {
  const Bytes data = request_bytes({});
  for (std::size_t size = 0; size < data.size(); ++size) {
    EXPECT_FALSE(parse_sshsig_request(ByteView(data).first(size))) << size;
  }
}

}  // namespace
}  // namespace signet::ssh
