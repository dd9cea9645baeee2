// gitsign as its authors built it: what it signs is verified by signet, and what signet signs by it.
// tests/lanes/gitsign/run builds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "common/file.h"
#include "json/reader.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kFolder = std::string(SIGNET_SOURCE_DIR) + "/build/lanes/gitsign";

const json::Object& object_of(const json::Value* value) { return *value->as_object(); }

// The Base64 of `rawBytes` as PEM: lines of 64 characters.
std::string pem(const std::string& label, const json::Object& holder) {
  const std::string& text = *holder.find("rawBytes")->as_string();
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += 64) lines += text.substr(at, 64) + "\n";
  return "-----BEGIN " + label + "-----\n" + lines + "-----END " + label + "-----\n";
}

// The certificates of the first of a list of authorities.
std::string chain_pem(const json::Object& root, const std::string& list) {
  std::string text;
  const json::Object& authority = object_of(&root.find(list)->as_array()->at(0));
  for (const json::Value& one : *object_of(authority.find("certChain")).find("certificates")->as_array()) {
    text += pem("CERTIFICATE", object_of(&one));
  }
  return text;
}

std::string key_pem(const json::Object& root, const std::string& list, const std::string& url) {
  for (const json::Value& log : *root.find(list)->as_array()) {
    if (object_of(&log).find("baseUrl")->as_string()->find(url) == std::string::npos) continue;
    return pem("PUBLIC KEY", object_of(object_of(&log).find("publicKey")));
  }
  return {};
}

class Gitsign : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFolder + "/gitsign")) GTEST_SKIP() << "tests/lanes/gitsign/run builds it";
    repository_ = house_.make_repository("repo");
    const auto text = read_file(house_.trusted_root(), 1U << 20U);
    ASSERT_TRUE(text);
    const auto parsed = json::parse(*text);
    ASSERT_TRUE(parsed);
    const json::Object& root = *parsed->as_object();
    const auto& urls = house_.sandbox().urls();
    environment_ = {{"PATH", kFolder + ":" + house_.environment().at("PATH")},
                    {"GITSIGN_FULCIO_URL", urls.ca},
                    {"GITSIGN_REKOR_URL", urls.log},
                    {"GITSIGN_OIDC_ISSUER", urls.issuer},
                    {"GITSIGN_REKOR_MODE", "offline"},
                    {"GITSIGN_LOG", (house_.folder() / "gitsign.log").string()},
                    {"SIGSTORE_ID_TOKEN", house_.sandbox().mint(Household::kSan)},
                    {"SIGSTORE_ROOT_FILE", file("ca.pem", chain_pem(root, "certificateAuthorities"))},
                    {"SIGSTORE_REKOR_PUBLIC_KEY", file("log.pem", key_pem(root, "tlogs", "rekor.sandbox.test"))},
                    {"SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", file("ct.pem", key_pem(root, "ctlogs", ""))},
                    {"GITSIGN_TIMESTAMP_CERT_CHAIN", file("tsa.pem", chain_pem(root, "timestampAuthorities"))},
                    {"TUF_ROOT", (house_.folder() / "tuf").string()},
                    {"TUF_MIRROR", urls.tuf},
                    {"TUF_ROOT_JSON", (house_.sandbox().folder() / "tuf/1.root.json").string()}};
  }

  std::string file(std::string_view name, const std::string& text) {
    return house_.folder().write(name, text).string();
  }
  ProcessEnd run(std::vector<std::string> arguments) {
    return house_.run(std::move(arguments), repository_, environment_);
  }
  ProcessEnd git(const std::string& program, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "gpg.x509.program=" + program});
    return run(std::move(arguments));
  }
  void commit_by(const std::string& program) {
    const auto end = git(program, {"commit", "-q", "--allow-empty", "-S", "-m", "by " + program});
    ASSERT_EQ(end.status, 0) << end.errors << read_file(house_.folder() / "gitsign.log", 1U << 20U).value_or("");
  }
  ProcessEnd gitsign_verifies(std::vector<std::string> what, std::string_view san = Household::kSan) {
    what.insert(what.begin(), kFolder + "/gitsign");
    what.insert(what.begin() + 2,
                {"--certificate-identity", std::string(san), "--certificate-oidc-issuer", house_.issuer()});
    return run(std::move(what));
  }
  // gitsign 0.16.1 takes no timestamp of the very second in which the certificate begins.
  void commit_by_signet_after_the_certificates_first_second() {
    commit_by("signet-git");
    const auto now = std::chrono::system_clock::now();
    std::this_thread::sleep_until(std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1));
    commit_by("signet-git");
  }

  Household house_{{.serving = {"--rekor", "1"}}};
  std::filesystem::path repository_;
  std::map<std::string, std::string> environment_;
};

TEST_F(Gitsign, OfflineCommitsAndTagsAreGoodForSignet) {
  commit_by("gitsign");
  const auto tagged = git("gitsign", {"tag", "-s", "v1", "-m", "one"});
  ASSERT_EQ(tagged.status, 0) << tagged.errors;
  const auto commit = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(commit.errors, AllOf(HasSubstr("good signature from maintainer@example.test"),
                                   HasSubstr("says rekor.sandbox.test"), HasSubstr("log        rekor.sandbox.test")));
  EXPECT_EQ(git("signet-git", {"verify-tag", "v1"}).status, 0);
  EXPECT_EQ(git("signet-git", {"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
}

TEST_F(Gitsign, OfflineCommitThatWasChangedIsBadForSignet) {
  commit_by("gitsign");
  ASSERT_EQ(git("signet-git", {"verify-commit", "HEAD"}).status, 0);
  auto forged = run(
      {"sh", "-c", "git cat-file commit HEAD | sed 's/^by gitsign$/by me/' | git hash-object -w -t commit --stdin"});
  ASSERT_EQ(forged.status, 0) << forged.errors;
  forged.output.pop_back();
  const auto end = git("signet-git", {"verify-commit", forged.output});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("GitObjectMismatch"));
}

TEST_F(Gitsign, OfflineCommitWithItsTimestampIsGoodForSignet) {
  environment_["GITSIGN_TIMESTAMP_SERVER_URL"] = house_.sandbox().urls().tsa;
  commit_by("gitsign");
  const auto end = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr("says " + house_.sandbox().urls().tsa));
}

// What is logged is the commit's name, which no signature in the commit can hold.
TEST_F(Gitsign, OnlineCommitLacksItsEntryAndSignetSaysSo) {
  environment_["GITSIGN_REKOR_MODE"] = "online";
  commit_by("gitsign");
  ASSERT_EQ(git("gitsign", {"verify-commit", "HEAD"}).status, 0) << "gitsign itself asks the log";
  const auto end = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("LogEntryMissing"),
                                HasSubstr("gitsign's online mode keeps its log entry out of the commit")));
  EXPECT_EQ(git("signet-git", {"log", "--format=%G?"}).output, "E\n");
}

TEST_F(Gitsign, TakesCommitsAndTagsThatSignetSigned) {
  commit_by_signet_after_the_certificates_first_second();
  ASSERT_EQ(git("signet-git", {"tag", "-s", "v1", "-m", "one"}).status, 0);
  const auto commit = gitsign_verifies({"verify", "HEAD"});
  EXPECT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(commit.output,
              AllOf(HasSubstr("Good signature from [maintainer@example.test]"),
                    HasSubstr("Validated Git signature: true"), HasSubstr("Validated Certificate claims: true")));
  const auto tag = gitsign_verifies({"verify-tag", "v1"});
  EXPECT_EQ(tag.status, 0) << tag.errors;
  EXPECT_EQ(git("gitsign", {"verify-commit", "HEAD"}).status, 0);
}

TEST_F(Gitsign, TakesNoCommitOfSignetsByAnotherSigner) {
  commit_by_signet_after_the_certificates_first_second();
  EXPECT_EQ(gitsign_verifies({"verify", "HEAD"}).status, 0);
  const auto other = gitsign_verifies({"verify", "HEAD"}, "somebody.else@example.test");
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.errors, HasSubstr("none of the expected identities matched"));
}

}  // namespace
}  // namespace signet::test
