#include "ssh/key.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/base64.h"
#include "common/file.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/ssh_keygen.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;
using test::expect_refusal;

struct MadeByOpenSsh {
  const char* type;
  const char* bits;
  KeyKind kind;
  const char* name;
};
constexpr MadeByOpenSsh kMade[] = {{"ed25519", "", KeyKind::Ed25519, "ssh-ed25519"},
                                   {"ecdsa", "256", KeyKind::EcdsaP256, "ecdsa-sha2-nistp256"},
                                   {"ecdsa", "384", KeyKind::EcdsaP384, "ecdsa-sha2-nistp384"},
                                   {"ecdsa", "521", KeyKind::EcdsaP521, "ecdsa-sha2-nistp521"},
                                   {"rsa", "2048", KeyKind::Rsa2048, "ssh-rsa"},
                                   {"rsa", "3072", KeyKind::Rsa3072, "ssh-rsa"}};

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SshKeysOfOpenSsh : public ::testing::TestWithParam<MadeByOpenSsh> {
 protected:
  SshKeysOfOpenSsh() { test::make_ssh_key(folder_.path(), "key", GetParam().type, GetParam().bits); }
  [[nodiscard]] std::string line() const { return text_of_file(folder_ / "key.pub"); }
  test::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, SshKeysOfOpenSsh, ::testing::ValuesIn(kMade));

TEST_P(SshKeysOfOpenSsh, AreReadAndWrittenBackToTheByte) {
  const auto read = parse_key_line(line());
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->key.kind(), GetParam().kind);
  EXPECT_EQ(key_type_name(read->key.kind()), GetParam().name);
  EXPECT_EQ(read->comment, "a key");
  EXPECT_EQ(encode_key_line(read->key, read->comment) + "\n", line());
}

TEST_P(SshKeysOfOpenSsh, AreTheKeysThatOpenSshSaysTheyAre) {
  const auto read = parse_key_line(line());
  ASSERT_TRUE(read) << read.error().sentence();
  const auto pem = test::ssh_keygen(folder_.path(), {"-e", "-m", "PKCS8", "-f", "key.pub"});
  // OpenSSH exports no Ed25519 key in PEM.
  if (GetParam().kind != KeyKind::Ed25519) {
    EXPECT_EQ(read->key.pem(), pem.output);
  }
  const auto listed = test::ssh_keygen(folder_.path(), {"-l", "-f", "key.pub"});
  EXPECT_NE(listed.output.find(" " + key_fingerprint(read->key) + " "), std::string::npos) << listed.output;
}

TEST_P(SshKeysOfOpenSsh, AreRefusedWithAByteBehindThemAndCutOffAnywhere) {
  const auto read = parse_key_line(line());
  ASSERT_TRUE(read) << read.error().sentence();
  Bytes blob = encode_key_blob(read->key);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const auto cut = parse_key_blob(ByteView(blob).first(size));
    ASSERT_FALSE(cut) << size;
    ASSERT_EQ(cut.error().code, ErrorCode::InvalidRequest) << size << " " << cut.error().sentence();
  }
  blob.push_back(0);
  expect_refusal(parse_key_blob(blob), ErrorCode::InvalidRequest, "not an SSH key: bytes are left over behind it");
}

TEST_P(SshKeysOfOpenSsh, AreReadByOpenSshAsWeWriteThem) {
  const auto key = test::SoftwareKey::generate(GetParam().kind).public_key();
  folder_.write("ours.pub", encode_key_line(key, "ours") + "\n");
  const auto listed = test::ssh_keygen(folder_.path(), {"-l", "-f", "ours.pub"});
  EXPECT_NE(listed.output.find(" " + key_fingerprint(key) + " ours"), std::string::npos)
      << listed.output << listed.errors;
}

// An Ed25519 key of RFC 8032 §7.1, TEST 1, as a blob.
Bytes ed25519_blob(std::size_t size = 32) {
  const Bytes key = parse_base64("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").value();
  return Writer().string("ssh-ed25519").string(ByteView(key).first(size)).take();
}

TEST(SshKey, RefusesAKeyOfTheWrongLength) {
  ASSERT_TRUE(parse_key_blob(ed25519_blob()));
  const auto short_key = parse_key_blob(ed25519_blob(31));
  ASSERT_FALSE(short_key);
  EXPECT_EQ(short_key.error().code, ErrorCode::KeyUnsuitable);
}

TEST(SshKey, RefusesAPointThatIsNotOnItsCurve) {
  Bytes blob = encode_key_blob(test::SoftwareKey::generate(KeyKind::EcdsaP256).public_key());
  ASSERT_TRUE(parse_key_blob(blob));
  blob.back() ^= 1U;
  expect_refusal(parse_key_blob(blob), ErrorCode::InvalidRequest, "not an SSH key: it holds no key of its type");
}

TEST(SshKey, RefusesACurveThatIsNotThatOfTheType) {
  const Bytes point(65, 4);
  const Bytes blob = Writer().string("ecdsa-sha2-nistp256").string("nistp384").string(point).take();
  expect_refusal(parse_key_blob(blob), ErrorCode::InvalidRequest, "its curve is not that of its type");
}

TEST(SshKey, SaysWhyCertificatesAndKeysOfFidoTokensAreNotTaken) {
  const auto of_type = [](std::string_view type) { return parse_key_blob(Writer().string(type).string("…").take()); };
  expect_refusal(of_type("ssh-ed25519-cert-v01@openssh.com"), ErrorCode::KeyUnsuitable,
                 "an SSH certificate (\"ssh-ed25519-cert-v01@openssh.com\") where a plain key must stand");
  expect_refusal(of_type("sk-ssh-ed25519@openssh.com"), ErrorCode::KeyUnsuitable,
                 "an SSH key of a FIDO token (\"sk-ssh-ed25519@openssh.com\"), which is not used here");
  expect_refusal(of_type("ssh-dss"), ErrorCode::KeyUnsuitable,
                 "an SSH key of type \"ssh-dss\", which is not used here");
  expect_refusal(of_type("evil\x1b[2J"), ErrorCode::KeyUnsuitable, "type \"evil\xEF\xBF\xBD[2J\"");
}

TEST(SshKey, RefusesABlobThatIsLongerThanAnyKey) {
  expect_refusal(parse_key_blob(Bytes(kMaxKeyBlob + 1)), ErrorCode::InvalidRequest, "not an SSH key: it is too long");
}

TEST(SshKeyLine, RefusesOtherForms) {
  const std::string base64 = encode_base64(ed25519_blob());
  ASSERT_TRUE(parse_key_line("ssh-ed25519 " + base64));
  const auto refused = [](const std::string& line, std::string_view why) {
    expect_refusal(parse_key_line(line), ErrorCode::InvalidRequest, "not a line with an SSH key: " + std::string(why));
  };
  refused("ssh-rsa " + base64, "its first word is not the type of its key");
  refused("ssh-ed25519", "it has no type and base64 with a blank between");
  refused("ssh-ed25519 !" + base64, "the second word is not base64");
  refused("ssh-ed25519 " + base64 + "\nssh-ed25519 " + base64, "more than one line");
  refused(std::string(kMaxKeyLine + 1, 'x'), "it is too long");
}

TEST(SshKeyLine, HasNoControlCharactersInItsComment) {
  const auto key = parse_key_blob(ed25519_blob()).value();
  const auto again = parse_key_line(encode_key_line(key, "a\nb"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->comment,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_FALSE(encode_key_line(key, "").ends_with(' '));
}

}  // namespace
}  // namespace signet::ssh
