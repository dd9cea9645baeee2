#include "ssh/host_key.h"

#include <gtest/gtest.h>

#include "ssh/key.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/ssh_keygen.h"
#include "tests/support/temporary_folder.h"

namespace signet::ssh {
namespace {

using test::expect_refusal;

constexpr std::string_view kAnotherKey = "have the host show another key: ssh -o HostKeyAlgorithms=ssh-ed25519";

struct Kind {
  const char* type;
  const char* bits;
};
constexpr Kind kKinds[] = {{"ed25519", ""}, {"ecdsa", "256"}, {"ecdsa", "384"}, {"ecdsa", "521"}, {"rsa", "2048"}};

// A key and an SSH CA, both of ssh-keygen.
class HostKey : public ::testing::Test {
 protected:
  explicit HostKey(const Kind& key = kKinds[0], const Kind& ca = kKinds[0]) {
    test::make_ssh_key(folder_.path(), "key", key.type, key.bits);
    test::make_ssh_key(folder_.path(), "ca", ca.type, ca.bits);
  }
  [[nodiscard]] Bytes plain() const { return test::ssh_blob_in(folder_ / "key.pub"); }
  // Certified with these words of ssh-keygen's.
  [[nodiscard]] Bytes certified(const std::vector<std::string>& words) const {
    test::certify_ssh_key(folder_.path(), "ca", "key", words);
    return test::ssh_blob_in(folder_ / "key-cert.pub");
  }
  [[nodiscard]] Bytes certified() const { return certified({"-h", "-n", "localhost,build.example.org", "-z", "7"}); }

  test::TemporaryFolder folder_;
};

class HostKeyOfEachKind : public HostKey, public ::testing::WithParamInterface<Kind> {
 protected:
  HostKeyOfEachKind() : HostKey(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Kinds, HostKeyOfEachKind, ::testing::ValuesIn(kKinds));

TEST_P(HostKeyOfEachKind, IsReadAsThePlainKeyThatACertificateOfOpenSshCertifies) {
  const auto key = parse_key_blob(plain());
  ASSERT_TRUE(key);
  EXPECT_EQ(parse_host_key_blob(plain()), key) << "a plain one is itself";
  const auto certified_key = parse_host_key_blob(certified());
  ASSERT_TRUE(certified_key) << certified_key.error().sentence();
  EXPECT_EQ(*certified_key, *key);
  // OpenSSH gives both the same fingerprint, too.
  const auto listed = test::ssh_keygen(folder_.path(), {"-l", "-f", "key-cert.pub"});
  EXPECT_NE(listed.output.find(" " + key_fingerprint(*certified_key) + " "), std::string::npos) << listed.output;
}

TEST_P(HostKeyOfEachKind, IsRefusedWhereItsCertificateIsCutOffOrHasAByteBehindIt) {
  Bytes blob = certified();
  ASSERT_TRUE(parse_host_key_blob(blob));
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const auto cut = parse_host_key_blob(ByteView(blob).first(size));
    ASSERT_FALSE(cut) << size;
    ASSERT_EQ(cut.error().code, ErrorCode::InvalidRequest) << size << " " << cut.error().sentence();
  }
  blob.push_back(0);
  expect_refusal(parse_host_key_blob(blob), ErrorCode::InvalidRequest,
                 "not an SSH host certificate: bytes are left over behind it");
}

TEST_P(HostKeyOfEachKind, IsNoneThatAUsersCertificateCertifies) {
  const auto users = parse_host_key_blob(certified({"-n", "root"}));
  expect_refusal(users, ErrorCode::KeyUnsuitable, "an SSH certificate of a user where a host's must stand");
  EXPECT_EQ(users.error().remedy, kAnotherKey);
}

TEST_F(HostKey, IsReadWithEveryKindOfCertificateThatOpenSshMakes) {
  const auto key = parse_key_blob(plain());
  ASSERT_TRUE(key);
  EXPECT_EQ(parse_host_key_blob(certified({"-h"})), key) << "for every host, without a serial number";
  EXPECT_EQ(parse_host_key_blob(certified({"-h", "-O", "critical:a@b=c", "-O", "extension:d@e", "-O", "extension:f"})),
            key)
      << "with options that only ssh judges";
  EXPECT_EQ(parse_host_key_blob(certified({"-h", "-V", "20200101:20200102"})), key) << "one that ended long ago";
}

class HostKeyOfACa : public HostKey, public ::testing::WithParamInterface<Kind> {
 protected:
  HostKeyOfACa() : HostKey(kKinds[1], GetParam()) {}
};
// Among them one of a size that no key of ours may have.
constexpr Kind kCas[] = {{"ecdsa", "521"}, {"rsa", "2560"}};
INSTANTIATE_TEST_SUITE_P(Kinds, HostKeyOfACa, ::testing::ValuesIn(kCas));

TEST_P(HostKeyOfACa, IsReadWhateverKeyTheCaHas) {
  const auto key = parse_host_key_blob(certified());
  ASSERT_TRUE(key) << key.error().sentence();
  EXPECT_EQ(*key, *parse_key_blob(plain()));
}

// A certificate as its fields (PROTOCOL.certkeys); the untouched ones are those of a good one.
struct Fields {
  std::string_view type = "ssh-ed25519-cert-v01@openssh.com";
  Bytes key{};  // with its length
  std::uint32_t of_whom = 2;
  Bytes principals = Writer().string("localhost").take();
  Bytes critical{};
  Bytes extensions = Writer().string("a@b").string("").take();
  std::string_view reserved{};
  Bytes ca_key = Writer().string("ssh-ed25519").string(Bytes(32, 1)).take();
  Bytes signature = Writer().string("ssh-ed25519").string(Bytes(64, 2)).take();
};

Bytes bytes_of(const Fields& fields) {
  return Writer()
      .string(fields.type)
      .string(Bytes(32, 3))
      .raw(fields.key)
      .uint32(0)
      .uint32(7)
      .uint32(fields.of_whom)
      .string("an id")
      .string(fields.principals)
      .raw(Bytes(16, 4))
      .string(fields.critical)
      .string(fields.extensions)
      .string(fields.reserved)
      .string(fields.ca_key)
      .string(fields.signature)
      .take();
}

class HostCertificate : public HostKey {
 protected:
  // The untouched fields, with a real key.
  [[nodiscard]] Fields good() const {
    Reader reader(plain_, "a key");
    (void)reader.string();
    return {.key = to_bytes(reader.rest())};
  }
  const Bytes plain_ = plain();
};

TEST_F(HostCertificate, IsRefusedWhereAFieldIsWrong) {
  ASSERT_EQ(parse_host_key_blob(bytes_of(good())), parse_key_blob(plain_));
  const auto refused = [](const Fields& fields, std::string_view why) {
    expect_refusal(parse_host_key_blob(bytes_of(fields)), ErrorCode::InvalidRequest,
                   "not an SSH host certificate: " + std::string(why));
  };
  for (const std::uint32_t of_whom : {0U, 3U, 0x02000000U}) {
    Fields fields = good();
    fields.of_whom = of_whom;
    refused(fields, "it is neither a user's nor a host's");
  }
  const Bytes half = {0, 0, 0, 9, 'a'};
  for (Bytes Fields::* list : {&Fields::principals, &Fields::critical, &Fields::extensions}) {
    Fields fields = good();
    fields.*list = half;
    refused(fields, "a list in it is cut off");
  }
  Fields option_without_value = good();
  option_without_value.critical = Writer().string("a@b").take();
  refused(option_without_value, "a list in it is cut off");
  for (Bytes Fields::* typed : {&Fields::ca_key, &Fields::signature}) {
    for (const Bytes& untyped : {Bytes(), half, Bytes(4)}) {
      Fields fields = good();
      fields.*typed = untyped;
      refused(fields, "its CA's key or signature has no type");
    }
  }
  Fields chained = good();
  chained.ca_key = bytes_of(good());
  refused(chained, "its CA's key is a certificate");
}

TEST_F(HostCertificate, MayHaveSomethingInTheFieldThatIsReserved) {
  Fields fields = good();
  fields.reserved = "ignored";
  EXPECT_TRUE(parse_host_key_blob(bytes_of(fields)));
}

TEST_F(HostCertificate, IsRefusedWhereItsKeyIsNoneOfItsType) {
  Fields shorter = good();
  shorter.key = Writer().string(Bytes(31)).take();
  EXPECT_FALSE(parse_host_key_blob(bytes_of(shorter)));
  Fields other_curve{.type = "ecdsa-sha2-nistp256-cert-v01@openssh.com",
                     .key = Writer().string("nistp384").string(Bytes(97, 4)).take()};
  expect_refusal(parse_host_key_blob(bytes_of(other_curve)), ErrorCode::InvalidRequest,
                 "not an SSH key: its curve is not that of its type");
  Fields no_point{.type = "ecdsa-sha2-nistp256-cert-v01@openssh.com",
                  .key = Writer().string("nistp256").string(Bytes(65, 4)).take()};
  expect_refusal(parse_host_key_blob(bytes_of(no_point)), ErrorCode::InvalidRequest,
                 "not an SSH key: it holds no key of its type");
}

TEST_F(HostCertificate, IsRefusedWhereItsTypeIsNotUsedHere) {
  for (const std::string_view type : {"sk-ssh-ed25519-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com",
                                      "ssh-rsa-cert-v00@openssh.com", "-cert-v01@openssh.com"}) {
    Fields fields = good();
    fields.type = type;
    const auto refused = parse_host_key_blob(bytes_of(fields));
    expect_refusal(refused, ErrorCode::KeyUnsuitable,
                   "an SSH host certificate of type \"" + std::string(type) + "\", which is not used here");
    EXPECT_EQ(refused.error().remedy, kAnotherKey);
  }
}

TEST_F(HostCertificate, IsRefusedWhereItIsTooLong) {
  Fields fields = good();
  fields.principals = Writer().string(Bytes(kMaxHostKeyBlob - bytes_of(good()).size() - 4 + 13)).take();
  ASSERT_EQ(bytes_of(fields).size(), kMaxHostKeyBlob);
  EXPECT_TRUE(parse_host_key_blob(bytes_of(fields)));
  fields.principals = Writer().string(Bytes(kMaxHostKeyBlob)).take();
  expect_refusal(parse_host_key_blob(bytes_of(fields)), ErrorCode::InvalidRequest,
                 "not an SSH host key: it is too long");
}

class HostKeyOfAnotherSize : public HostKey {
 protected:
  HostKeyOfAnotherSize() : HostKey({.type = "rsa", .bits = "2560"}) {}
};

TEST_F(HostKeyOfAnotherSize, IsRefusedCertifiedOrNotWithAWayOut) {
  for (const Bytes& blob : {plain(), certified()}) {
    const auto refused = parse_host_key_blob(blob);
    expect_refusal(refused, ErrorCode::KeyUnsuitable, "of a kind, size or encoding that is not used here");
    EXPECT_EQ(refused.error().remedy, kAnotherKey);
  }
}

}  // namespace
}  // namespace signet::ssh
