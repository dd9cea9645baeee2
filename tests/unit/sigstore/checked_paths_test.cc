#include "sigstore/verify/checked_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sigstore/encoding/der.h"
#include "sigstore/verify/path.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

namespace extension = test::extension_oid;
using std::chrono::hours;
using std::chrono::minutes;
using test::CertificateRecipe;
using test::make_certificate;
using test::SoftwareKey;
using testing::ElementsAre;
using testing::IsEmpty;

const WallTime kStart = parse_rfc3339("2026-01-31T12:00:00Z").value();

using Path = std::vector<Certificate>;

class CheckedPathsTest : public testing::Test {
 protected:
  [[nodiscard]] CertificateAuthority authority() const {
    return {.uri = "https://ca.test", .chain = {intermediate, root}, .valid_for = {.start = kStart - hours(1)}};
  }
  [[nodiscard]] Certificate leaf(const SoftwareKey& signer) const {
    const SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
    return make_certificate(test::leaf_recipe(key.public_key(), kStart), signer);
  }

  SoftwareKey root_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  SoftwareKey intermediate_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  CertificateRecipe root_recipe =
      test::authority_recipe(root_key.public_key(), "test root", kStart - hours(4000), kStart + hours(4000));
  CertificateRecipe intermediate_recipe =
      test::intermediate_recipe(root_recipe, intermediate_key.public_key(), "test CA");
  Certificate root = make_certificate(root_recipe, root_key);
  Certificate intermediate = make_certificate(intermediate_recipe, root_key);
  CheckedPaths paths;
};

TEST_F(CheckedPathsTest, KnowTheAuthoritysPartAndNothingOfTheLeaf) {
  const Certificate one = leaf(intermediate_key);
  EXPECT_THAT(paths.find(one, authority()), IsEmpty());
  paths.remember({one, intermediate, root}, authority());
  EXPECT_THAT(paths.find(one, authority()), ElementsAre(intermediate, root));
  EXPECT_THAT(paths.find(leaf(intermediate_key), authority()), ElementsAre(intermediate, root));
}

TEST_F(CheckedPathsTest, KnowALeafThatStandsInTheTrustedRoot) {
  const Certificate signer = leaf(intermediate_key);
  CertificateAuthority with_leaf = authority();
  with_leaf.chain.insert(with_leaf.chain.begin(), signer);
  paths.remember({signer, intermediate, root}, with_leaf);
  EXPECT_THAT(paths.find(signer, with_leaf), ElementsAre(signer, intermediate, root));
}

TEST_F(CheckedPathsTest, AreOfOneAuthorityWithTheseVeryCertificates) {
  const Certificate one = leaf(intermediate_key);
  paths.remember({one, intermediate, root}, authority());
  CertificateAuthority other = authority();
  other.chain.erase(other.chain.begin());
  EXPECT_THAT(paths.find(one, other), IsEmpty());
  other.chain = {root, intermediate};
  EXPECT_THAT(paths.find(one, other), IsEmpty());
}

TEST_F(CheckedPathsTest, ForgetAnAuthorityThatConstrainsNames) {
  test::set_extension(root_recipe, extension::kNameConstraints, true, encode_der(der_tag::kSequence, ByteView()));
  root = make_certificate(root_recipe, root_key);
  const Certificate one = leaf(intermediate_key);
  paths.remember({one, intermediate, root}, authority());
  EXPECT_THAT(paths.find(one, authority()), IsEmpty());
}

TEST_F(CheckedPathsTest, AreBounded) {
  const Certificate one = leaf(intermediate_key);
  std::vector<CertificateAuthority> all;
  for (std::size_t i = 0; i < 70; ++i) {
    CertificateAuthority each = authority();
    each.chain.insert(each.chain.begin(), i, root);
    paths.remember({one, intermediate, root}, each);
    all.push_back(std::move(each));
  }
  const auto known =
      std::ranges::count_if(all, [&](const CertificateAuthority& each) { return !paths.find(one, each).empty(); });
  EXPECT_EQ(known, 64);
}

// The process's own, through find_path(): what is known makes no leaf good that is not.

TEST_F(CheckedPathsTest, LeadToTheSamePathAsTheFirstTime) {
  const Certificate one = leaf(intermediate_key);
  for (int i = 0; i < 3; ++i) {
    const auto found = find_path(one, authority(), kStart + minutes(1));
    ASSERT_TRUE(std::holds_alternative<Path>(found));
    EXPECT_THAT(std::get<Path>(found), ElementsAre(one, intermediate, root));
  }
}

TEST_F(CheckedPathsTest, MakeNoLeafGoodThatAnotherKeySigned) {
  const Certificate bad = leaf(root_key);
  const auto problem_of = [&] {
    const auto found = find_path(bad, authority(), kStart + minutes(1));
    const auto* problem = std::get_if<PathProblem>(&found);
    return problem == nullptr ? "a path" : problem->why;
  };
  const std::string at_first = problem_of();
  EXPECT_EQ(at_first, "certificate signature failure");
  ASSERT_TRUE(std::holds_alternative<Path>(find_path(leaf(intermediate_key), authority(), kStart + minutes(1))));
  EXPECT_EQ(problem_of(), at_first);
}

TEST_F(CheckedPathsTest, AreAskedAboutTheTimeAnew) {
  const Certificate one = leaf(intermediate_key);
  ASSERT_TRUE(std::holds_alternative<Path>(find_path(one, authority(), kStart + minutes(1))));
  const auto late = find_path(one, authority(), kStart + hours(5000));
  ASSERT_TRUE(std::holds_alternative<PathProblem>(late));
  EXPECT_EQ(std::get<PathProblem>(late).kind, PathProblem::Kind::NotValidThen);
}

}  // namespace
}  // namespace signet::sigstore
