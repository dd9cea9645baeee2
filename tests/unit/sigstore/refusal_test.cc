#include "sigstore/verify/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/file.h"

namespace signet::sigstore {
namespace {

RefusalCode code_of(std::size_t number) { return static_cast<RefusalCode>(number); }

TEST(Refusal, HasANameOfItsOwnForEachCode) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRefusalCodeCount; ++i) names.insert(refusal_name(code_of(i)));
  EXPECT_EQ(names.size(), kRefusalCodeCount);
  EXPECT_EQ(refusal_name(RefusalCode::BundleMalformed), "BundleMalformed");
  EXPECT_EQ(refusal_name(RefusalCode::CertificateNotValidThen), "CertificateNotValidThen");
  EXPECT_EQ(refusal_name(RefusalCode::SignatureMalformed), "SignatureMalformed");
}

// The list is in the order of the verifier's steps; git's forms of "not a bundle" stand at its end.
TEST(Refusal, HasTheStepsInTheirOrder) {
  int last = 0;
  for (std::size_t i = 0; i + 2 < kRefusalCodeCount; ++i) {
    EXPECT_GE(refusal_step(code_of(i)), last) << refusal_name(code_of(i));
    last = refusal_step(code_of(i));
  }
  EXPECT_EQ(last, 8);
  EXPECT_EQ(refusal_step(RefusalCode::NoTrustedTime), 3);
  EXPECT_EQ(refusal_step(RefusalCode::CaUntrusted), 4);
  EXPECT_EQ(refusal_step(RefusalCode::SctInvalid), 5);
  EXPECT_EQ(refusal_step(RefusalCode::CertificateUnsuitable), 6);
  EXPECT_EQ(refusal_step(RefusalCode::IssuerMismatch), 7);
  EXPECT_EQ(refusal_step(RefusalCode::SignatureMalformed), 0);
  EXPECT_EQ(refusal_step(RefusalCode::SignatureMissing), 0);
}

// Rows "| `Name` | step | meaning |".
TEST(Refusal, OfTheDocumentAreTheCodesWithTheirStep) {
  const auto text = read_file(std::filesystem::path(SIGNET_SOURCE_DIR) / "docs" / "refusals.md", 1U << 20U);
  ASSERT_TRUE(text) << text.error().what;
  std::vector<std::string> documented;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const auto name_end = line.find('`', 3);
    documented.push_back(line.substr(3, name_end - 3) + " " + line[name_end + 4]);
  }
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < kRefusalCodeCount; ++i) {
    expected.push_back(std::string(refusal_name(code_of(i))) + " " + std::to_string(refusal_step(code_of(i))));
  }
  EXPECT_THAT(documented, testing::ElementsAreArray(expected));
}

TEST(Refusal, BecomesAnErrorThatSaysWhatWasExpectedAndWhatStandsThere) {
  const Error error = error_from_refusal(
      {.code = RefusalCode::IdentityMismatch, .what = "somebody else signed", .expected = "ada", .found = "eve"});
  EXPECT_EQ(error.code, ErrorCode::NotVerified);
  EXPECT_EQ(error.what, "IdentityMismatch: somebody else signed; expected ada; found eve");
  EXPECT_EQ(error_from_refusal({.code = RefusalCode::SctMissing, .what = "no SCT"}).what, "SctMissing: no SCT");
}

// What a certificate says is hostile until it is verified: it may not move a terminal's cursor.
TEST(Refusal, ShowsNoControlCharacters) {
  const std::string right_to_left = {'\xe2', '\x80', '\xae'};  // U+202E
  const Error error = error_from_refusal({.code = RefusalCode::IdentityMismatch,
                                          .what = "some\x1b[2Jbody",
                                          .expected = "a\nb",
                                          .found = "eve\x1b[31m" + right_to_left});
  for (const std::string& raw : {std::string("\x1b"), std::string("\n"), right_to_left}) {
    EXPECT_THAT(error.what, testing::Not(testing::HasSubstr(raw)));
  }
  EXPECT_THAT(error.what, testing::HasSubstr("eve"));
}

}  // namespace
}  // namespace signet::sigstore
