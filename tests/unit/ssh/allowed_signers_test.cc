#include "ssh/allowed_signers.h"

#include <gtest/gtest.h>

#include "sigstore/encoding/hash.h"
#include "ssh/key.h"
#include "ssh/signature.h"
#include "ssh/sshsig.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/ssh_keygen.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::ssh {
namespace {

using test::expect_refusal;
using test::SoftwareKey;

constexpr std::string_view kMessage = "a message\n";

class SshAllowedSigner : public ::testing::Test {
 protected:
  // A line that anybody may have; a test spoils one thing.
  [[nodiscard]] AllowedSigner line() const {
    return {.principals = {"me@example.org"}, .namespaces = {"git", "file"}, .key = key_.public_key()};
  }

  // What ssh-keygen says of a signature for `name_space` by the key, with the line as its allowed_signers file, at a
  // time in UTC.
  [[nodiscard]] test::ProcessEnd verify(const AllowedSigner& signer, std::string_view name_space,
                                        const std::string& time, const std::string& who = "me@example.org") const {
    const auto encoded = encode_allowed_signer(signer);
    EXPECT_TRUE(encoded) << encoded.error().sentence();
    folder_.write("allowed", encoded.value_or("") + "\n");
    const SshsigRequest request{.name_space = std::string(name_space),
                                .message = sigstore::hash(HashAlgorithm::Sha512, bytes_of(kMessage))};
    const auto algorithm = signature_algorithm_for(sigstore::KeyKind::EcdsaP256, 0).value();
    const Bytes raw = key_.sign(HashAlgorithm::Sha256, encode_sshsig_request(request));
    folder_.write("sig", encode_sshsig_file({.key = key_.public_key(),
                                             .name_space = request.name_space,
                                             .hash = HashAlgorithm::Sha512,
                                             .signature = encode_signature(algorithm, raw).value()}));
    return test::ssh_keygen(folder_.path(),
                            {"-Y", "verify", "-n", request.name_space, "-f", "allowed", "-I", who, "-s", "sig",
                             "-Overify-time=" + time + "Z"},
                            std::string(kMessage));
  }

  test::TemporaryFolder folder_;
  SoftwareKey key_ = SoftwareKey::generate(sigstore::KeyKind::EcdsaP256);
};

TEST_F(SshAllowedSigner, IsWrittenAsOneLine) {
  AllowedSigner signer = line();
  signer.principals.emplace_back("*@example.com");
  signer.valid_after = "20260101Z";
  signer.valid_before = "20270101123000Z";
  EXPECT_EQ(encode_allowed_signer(signer).value(),
            "me@example.org,*@example.com namespaces=\"git,file\",valid-after=\"20260101Z\","
            "valid-before=\"20270101123000Z\" " +
                encode_key_line(signer.key, ""));
}

TEST_F(SshAllowedSigner, IsTakenByOpenSshForItsNamespacesAndPrincipalsAlone) {
  EXPECT_EQ(verify(line(), "git", "20260601").status, 0);
  EXPECT_EQ(verify(line(), "file", "20260601").status, 0);
  EXPECT_NE(verify(line(), "email", "20260601").status, 0);
  EXPECT_NE(verify(line(), "git", "20260601", "you@example.org").status, 0);
  AllowedSigner everything = line();
  everything.namespaces.clear();
  EXPECT_EQ(verify(everything, "email", "20260601").status, 0);
}

TEST_F(SshAllowedSigner, IsTakenByOpenSshInItsWindowAlone) {
  AllowedSigner signer = line();
  signer.valid_after = allowed_signers_time("2026-01-31T12:00:00Z").value();
  signer.valid_before = allowed_signers_time("2026-02-01T00:00:00+01:00").value();
  const auto inside = verify(signer, "git", "20260131120000");
  EXPECT_EQ(inside.status, 0) << inside.output << inside.errors;
  EXPECT_EQ(verify(signer, "git", "20260131230000").status, 0);
  EXPECT_NE(verify(signer, "git", "20260131115959").status, 0);
  EXPECT_NE(verify(signer, "git", "20260131230001").status, 0);
}

TEST_F(SshAllowedSigner, NamesAUrlAsItsPrincipal) {
  AllowedSigner signer = line();
  const std::string url = "https://github.com/o/r/.github/workflows/w.yml@refs/heads/main";
  signer.principals = {url};
  EXPECT_EQ(verify(signer, "git", "20260601", url).status, 0);
}

TEST_F(SshAllowedSigner, IsRefusedWithWordsThatWouldMeanSomethingElse) {
  for (const std::string bad : {"", "a b", "a,b", "a\"b", "#a", "!a", "a\nb", "a\tb", "a\x1b[2J",
                                "\xE2\x80\xAE"
                                "a"}) {
    SCOPED_TRACE(bad);
    AllowedSigner principal = line();
    principal.principals = {"me@example.org", bad};
    expect_refusal(encode_allowed_signer(principal), ErrorCode::InvalidRequest,
                   "cannot be a principal of an allowed_signers file");
    AllowedSigner name_space = line();
    name_space.namespaces = {bad};
    expect_refusal(encode_allowed_signer(name_space), ErrorCode::InvalidRequest,
                   "cannot be a namespace of an allowed_signers file");
  }
  AllowedSigner nobody = line();
  nobody.principals.clear();
  expect_refusal(encode_allowed_signer(nobody), ErrorCode::InvalidRequest,
                 "a line of an allowed_signers file needs a principal");
}

TEST_F(SshAllowedSigner, IsRefusedWhereItEndsBeforeItBegins) {
  const auto window = [this](const char* after, const char* before) {
    AllowedSigner signer = line();
    signer.valid_after = after;
    signer.valid_before = before;
    return encode_allowed_signer(signer);
  };
  EXPECT_TRUE(window("20260101Z", "202601010001Z"));
  EXPECT_TRUE(window("20260101", "20260102"));
  EXPECT_TRUE(window("20260102", "20260101Z")) << "the verifier's local time is not known";
  for (const auto& [after, before] : {std::pair("20260101Z", "20260101000000Z"), std::pair("20260102", "20260101")}) {
    expect_refusal(window(after, before), ErrorCode::InvalidRequest,
                   "the key would end to be valid before it begins: after " + std::string(after));
  }
}

TEST(SshAllowedSignersTime, IsKeptInOpenSshsFormAndMadeOfRfc3339) {
  for (const char* kept :
       {"20260131", "20260131Z", "202601311200", "202601311200Z", "20260131120059", "20260131120059Z"}) {
    EXPECT_EQ(allowed_signers_time(kept).value(), kept);
  }
  EXPECT_EQ(allowed_signers_time("2026-01-31T12:00:59.75Z").value(), "20260131120059Z");
  EXPECT_EQ(allowed_signers_time("2026-01-31T00:30:00+02:00").value(), "20260130223000Z");
}

TEST(SshAllowedSignersTime, IsRefusedInOtherFormsAndWhereItDoesNotExist) {
  for (const char* bad : {"", "Z", "2026013", "20260231", "20261301Z", "2026013125", "202601312560", "2026-01-31",
                          "tomorrow", "20260131ZZ", "20260131z", "2026013112005"}) {
    SCOPED_TRACE(bad);
    expect_refusal(allowed_signers_time(bad), ErrorCode::InvalidRequest, "is no time of an allowed_signers file");
  }
}

}  // namespace
}  // namespace signet::ssh
