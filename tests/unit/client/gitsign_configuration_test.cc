#include "client/cli/gitsign_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

GitsignKey understand(const std::string& key, const std::string& value, const std::string& scope = "global") {
  const auto keys =
      understand_gitsign(std::vector<GitEntry>{{.scope = scope, .origin = "file:x", .key = key, .value = value}});
  EXPECT_EQ(keys.size(), 1U);
  return keys.empty() ? GitsignKey{} : keys.front();
}

TEST(GitsignConfiguration, OfOtherProgramsIsNotListed) {
  EXPECT_THAT(understand_gitsign(
                  std::vector<GitEntry>{{.scope = "global", .origin = "file:x", .key = "gpg.format", .value = "x509"}}),
              IsEmpty());
}

TEST(GitsignConfiguration, TellsTheInstanceOfSigstoresOwnServices) {
  EXPECT_THAT(understand("gitsign.fulcio", "https://fulcio.sigstore.dev").answer,
              StartsWith("belongs to the instance public-good: signet trust init, "));
  EXPECT_THAT(understand("gitsign.rekor", "https://rekor.sigstage.dev/").answer,
              StartsWith("belongs to the instance staging: signet trust init staging, "));
  EXPECT_THAT(understand("gitsign.issuer", "https://oauth2.sigstore.dev/auth").answer, HasSubstr("public-good"));
}

TEST(GitsignConfiguration, OfOtherServicesWantsAnInstanceOfItsOwn) {
  for (const char* url : {"https://fulcio.example.org", "https://example.org/x.sigstore.dev", "nonsense",
                          "https://fulcio.sigstore.dev.example.org"}) {
    EXPECT_THAT(understand("gitsign.fulcio", url).answer, HasSubstr("signet trust add NAME")) << url;
  }
}

TEST(GitsignConfiguration, OfAConnectorNamesTheIssuer) {
  EXPECT_THAT(understand("gitsign.connectorid", "https://github.com/login/oauth").answer,
              HasSubstr("issuer = \"https://github.com/login/oauth\""));
}

TEST(GitsignConfiguration, ShowsEachKeyAsItsDocumentationSpellsIt) {
  EXPECT_EQ(understand("gitsign.matchcommitter", "true").key, "gitsign.matchCommitter");
  for (const char* key : {"gitsign.rekormode", "gitsign.fulcioroot", "gitsign.logpath", "gitsign.tokenprovider",
                          "gitsign.autoclosetimeout"}) {
    EXPECT_THAT(understand(key, "x").answer, StartsWith("is not needed: ")) << key;
  }
}

TEST(GitsignConfiguration, OfTheCommitterSaysThatNothingIsRefused) {
  EXPECT_THAT(understand("gitsign.matchcommitter", "true").answer,
              AllOf(StartsWith("is not asked for: "), HasSubstr("where none has it, the default or only one signs")));
}

TEST(GitsignConfiguration, OfARepositoryCountsForNothing) {
  for (const char* scope : {"local", "worktree"}) {
    const auto key = understand("gitsign.fulcio", "https://fulcio.sigstore.dev", scope);
    EXPECT_TRUE(key.is_of_repository);
    EXPECT_THAT(key.answer, HasSubstr("only you and your system choose services"));
  }
  EXPECT_FALSE(understand("gitsign.fulcio", "https://fulcio.sigstore.dev", "system").is_of_repository);
}

TEST(GitsignConfiguration, SaysWhatItDoesNotKnow) {
  EXPECT_EQ(understand("gitsign.colour", "red").answer, "is no key that signet knows");
  const auto without = understand_gitsign(std::vector<GitEntry>{
      {.scope = "global", .origin = "file:x", .key = "gitsign.autoclose", .value = std::nullopt}});
  EXPECT_EQ(without.at(0).value, "true");
}

}  // namespace
}  // namespace signet::cli
