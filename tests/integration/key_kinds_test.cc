// Table D3 from end to end: each kind of key that signs, made by the agent on a token, signs what git, files and
// statements are signed with, and strangers verify it; the other kinds are refused when the agent starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/base64.h"
#include "common/file.h"
#include "json/reader.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Household::Setup with_key(std::string algorithm) {
  Household::Setup setup;
  setup.algorithm = std::move(algorithm);
  return setup;
}

std::string statement() {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":)"
         R"("9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"}}],)"
         R"("predicateType":"https://example.test/p/v1","predicate":{}})";
}

constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.test> 1700000000 +0000\n"
    "committer A <a@example.test> 1700000000 +0000\n\nfirst\n";

struct Kind {
  const char* algorithm;
  const char* hash;            // of a bundle's messageDigest
  const char* key_details;     // of the log entry
  const char* status_numbers;  // key and hash, as VALIDSIG names them
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.algorithm; }

class KindThatSigns : public ::testing::TestWithParam<Kind> {
 protected:
  std::string bundle_of(const std::filesystem::path& file) const {
    return read_file(file.string() + ".sigstore.json", 1U << 20U).value_or("");
  }
  // The body that the log committed to.
  static std::string body_in(const std::string& bundle) {
    constexpr std::string_view kMember = R"("canonicalizedBody":")";
    const auto start = bundle.find(kMember) + kMember.size();
    return std::string(text_of(parse_base64(bundle.substr(start, bundle.find('"', start) - start)).value_or(Bytes())));
  }

  Household house_{with_key(GetParam().algorithm)};
};

TEST_P(KindThatSigns, SignsFilesThatStrangersVerify) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto made = house_.run({"signet", "sign", app.string()});
  ASSERT_EQ(made.status, 0) << made.errors;
  const std::string bundle = bundle_of(app);
  EXPECT_THAT(bundle, HasSubstr(std::string(R"("algorithm":")") + GetParam().hash + "\""));
  EXPECT_THAT(body_in(bundle), AllOf(HasSubstr(std::string(R"("algorithm":")") + GetParam().hash + "\""),
                                     HasSubstr(std::string(R"("keyDetails":")") + GetParam().key_details + "\"")));
  const auto verified = house_.run({"signet", "verify", app.string()});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  house_.folder().write("app", "another application\n");
  const auto refused = house_.run({"signet", "verify", app.string()});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output, HasSubstr("ArtifactMismatch"));
}

TEST_P(KindThatSigns, SignsStatementsThatStrangersVerify) {
  const Answer answer =
      ask(house_, "Sign",
          R"({"output":"bundle","items":[{"statement":")" + encode_base64(bytes_of(statement())) + R"("}]})");
  ASSERT_FALSE(answer.last.error) << answer.bytes;
  const json::Value* result = answer.last.parameters.as_object()->find("result");
  ASSERT_NE(result, nullptr);
  const std::string bundle = *result->as_object()->find("bundle")->as_string();
  EXPECT_THAT(body_in(bundle), HasSubstr(std::string(R"("keyDetails":")") + GetParam().key_details + "\""));
  const auto path = house_.folder().write("statement.sigstore.json", bundle);
  const auto verified = house_.run(
      {"signet", "verify", "--type", "https://example.test/p/v1", "--bundle", path.string(), std::string(kDigest)});
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST_P(KindThatSigns, SignsCommitsThatGitVerifies) {
  const auto repository = house_.make_repository("repository");
  const auto made = house_.run({"git", "commit", "-q", "--allow-empty", "-S", "-m", "first"}, repository);
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_EQ(house_.run({"git", "log", "-1", "--format=%G? %GS"}, repository).output,
            "G " + std::string(Household::kSan) + "\n");
  const auto tagged = house_.run({"git", "tag", "-s", "v1", "-m", "one"}, repository);
  ASSERT_EQ(tagged.status, 0) << tagged.errors;
  EXPECT_EQ(house_.run({"git", "verify-tag", "v1"}, repository).status, 0);
  const auto verified = house_.run({"git", "verify-commit", "--raw", "HEAD"}, repository);
  EXPECT_THAT(verified.errors, HasSubstr(std::string(" 0 3 0 ") + GetParam().status_numbers + " 00 "));
}

TEST_P(KindThatSigns, IsShownWithWhatItSigns) {
  EXPECT_THAT(house_.run({"signet", "key", "list"}).output,
              AllOf(HasSubstr(std::string("algorithm  ") + GetParam().algorithm),
                    HasSubstr("signs      git, blob, statement, ssh\n")));
  EXPECT_THAT(house_.run({"signet", "status"}).output,
              AllOf(HasSubstr(std::string("algorithm  ") + GetParam().algorithm), Not(HasSubstr("problem"))));
}

INSTANTIATE_TEST_SUITE_P(D3, KindThatSigns,
                         ::testing::Values(Kind{"p256", "SHA2_256", "PKIX_ECDSA_P256_SHA_256", "19 8"},
                                           Kind{"p384", "SHA2_384", "PKIX_ECDSA_P384_SHA_384", "19 9"},
                                           Kind{"rsa3072", "SHA2_256", "PKIX_RSA_PKCS1V15_3072_SHA256", "1 8"},
                                           Kind{"rsa4096", "SHA2_256", "PKIX_RSA_PKCS1V15_4096_SHA256", "1 8"}),
                         [](const auto& info) { return std::string(info.param.algorithm); });

class KindThatDoesNotSign : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  // What the agent writes for whoever runs it.
  std::string log() {
    house_.agent().send_signal(SIGTERM);
    const auto end = house_.agent().wait(Deadline::after(std::chrono::minutes(1)));
    return end ? end->errors : "(it does not end)";
  }
  Household house_{with_key(GetParam().first)};
};

TEST_P(KindThatDoesNotSign, IsRefusedWhenTheAgentStartsAndWhenItIsAskedTo) {
  const std::string reason = GetParam().second;
  const std::string kind = "a key of kind " + std::string(GetParam().first) + " signs no ";
  EXPECT_THAT(house_.run({"signet", "status"}).output, AllOf(HasSubstr(kind), HasSubstr(reason)));
  for (const char* form : {"git", "statement", "digest"}) {
    const std::string content = std::string(form) == "git"         ? encode_base64(bytes_of(kCommit))
                                : std::string(form) == "statement" ? encode_base64(bytes_of(statement()))
                                                                   : std::string(kDigest);
    const std::string output = std::string(form) == "git" ? "cms" : "bundle";
    const Answer answer = ask(
        house_, "Sign",
        R"({"identity":"maintainer","output":")" + output + R"(","items":[{")" + form + R"(":")" + content + R"("}]})",
        false);
    EXPECT_EQ(answer.last.error, "org.signet.Agent.KeyUnsuitable") << form << answer.bytes;
    EXPECT_THAT(answer.bytes, AllOf(HasSubstr(kind), HasSubstr(reason), HasSubstr("signet key generate"))) << form;
  }
  EXPECT_THAT(log(), AllOf(HasSubstr("identity maintainer cannot be used: "), HasSubstr(kind), HasSubstr(reason)));
}

TEST_P(KindThatDoesNotSign, IsShownAsOneForSshAlone) {
  EXPECT_THAT(house_.run({"signet", "key", "list"}).output, HasSubstr("signs      ssh\n"));
}

INSTANTIATE_TEST_SUITE_P(D3, KindThatDoesNotSign,
                         ::testing::Values(std::pair{"rsa2048", "RSA of 2048 bits is too short"},
                                           std::pair{"ed25519", "tokens sign whole messages with Ed25519"}),
                         [](const auto& info) { return std::string(info.param.first); });

}  // namespace
}  // namespace signet::test
