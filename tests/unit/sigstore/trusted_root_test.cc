#include "sigstore/trust/trusted_root.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "json/reader.h"
#include "json/writer.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

// The public good instance's Rekor v1 key, as its trusted root has it.
constexpr std::string_view kKey =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/"
    "bY2LhC30M9+RYtw==";
constexpr std::string_view kKeyId = "wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0=";

struct LogText {
  std::string base_url = "https://rekor.sigstore.dev";
  std::string hash = "SHA2_256";
  std::string key{kKey};
  std::string details = "PKIX_ECDSA_P256_SHA_256";
  std::string valid_for = R"({"start":"2021-01-12T11:53:27Z"})";
  std::string id{kKeyId};

  [[nodiscard]] std::string json() const {
    return R"({"baseUrl":")" + base_url + R"(","hashAlgorithm":")" + hash + R"(","publicKey":{"rawBytes":")" + key +
           R"(","keyDetails":")" + details + R"(","validFor":)" + valid_for + R"(},"logId":{"keyId":")" + id + R"("}})";
  }
};

std::string root_with(const std::string& log, std::string_view more = "") {
  return R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[)" + log + "]" +
         std::string(more) + "}";
}

std::string refusal_of(const std::string& json) {
  const auto root = parse_trusted_root(json);
  return root ? "taken" : root.error().sentence();
}

TEST(TrustedRoot, ReadsBothPublicInstances) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto production = parse_trusted_root(test::read_conformance_file("roots/production/trusted_root.json"));
  ASSERT_TRUE(production) << production.error().sentence();
  ASSERT_EQ(production->logs.size(), 2);
  EXPECT_EQ(encode_hex(production->logs[0].log_id), "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d");
  EXPECT_EQ(production->logs[1].name(), "log2025-1.rekor.sigstore.dev");
  EXPECT_EQ(encode_hex(production->logs[1].note_verifier().key_id), "cf119915");
  EXPECT_EQ(encode_rfc3339(production->logs[1].valid_for.start), "2025-09-23T00:00:00Z");
  EXPECT_EQ(production->logs[1].valid_for.end, std::nullopt);
  ASSERT_EQ(production->ct_logs.size(), 2);
  EXPECT_EQ(encode_rfc3339(production->ct_logs[0].valid_for.end.value()), "2022-10-31T23:59:59.999000Z");
  ASSERT_EQ(production->certificate_authorities.size(), 2);
  EXPECT_EQ(production->certificate_authorities[1].chain.size(), 2);
  EXPECT_TRUE(production->certificate_authorities[1].chain[0].is_ca());
  ASSERT_EQ(production->timestamp_authorities.size(), 1);
  EXPECT_FALSE(production->timestamp_authorities[0].chain[0].is_ca());

  const auto staging = parse_trusted_root(test::read_conformance_file("roots/staging/trusted_root.json"));
  ASSERT_TRUE(staging) << staging.error().sentence();
  EXPECT_EQ(staging->logs.size(), 5);
  EXPECT_EQ(staging->ct_logs.size(), 5);
  EXPECT_EQ(staging->ct_logs[0].key.kind(), KeyKind::Rsa4096);
}

TEST(TrustedRoot, TakesEveryMediaTypeOfTheSchemaAndNoOther) {
  const std::string good = root_with(LogText().json());
  ASSERT_EQ(refusal_of(good), "taken");
  const std::string old = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
  const auto with = [&](std::string_view media_type) {
    std::string json = good;
    return refusal_of(json.replace(json.find(old), old.size(), media_type));
  };
  EXPECT_EQ(with("application/vnd.dev.sigstore.trustedroot.v0.1+json"), "taken");
  EXPECT_EQ(with("application/vnd.dev.sigstore.trustedroot.v0.2+json"), "taken");
  EXPECT_NE(with("application/vnd.dev.sigstore.trustedroot.v9.9+json").find("mediaType"), std::string::npos);
}

TEST(TrustedRoot, ToleratesMembersItDoesNotKnow) {
  EXPECT_EQ(refusal_of(root_with(LogText().json(), R"(,"operator":{"a":1},"ctlogs":null)")), "taken");
}

TEST(TrustedRoot, LeavesOutLogsOfUnknownKinds) {
  LogText odd_key;
  odd_key.details = "ML_DSA_65";
  LogText odd_hash;
  odd_hash.hash = "SHA3_256";
  const auto root = parse_trusted_root(root_with(odd_key.json() + "," + LogText().json() + "," + odd_hash.json()));
  ASSERT_TRUE(root) << root.error().sentence();
  ASSERT_EQ(root->logs.size(), 1);
  EXPECT_EQ(root->logs[0].name(), "rekor.sigstore.dev");
}

TEST(TrustedRoot, RefusesALogWithoutAStart) {
  LogText log;
  log.valid_for = "{}";
  EXPECT_NE(refusal_of(root_with(log.json())).find("\"start\" is missing"), std::string::npos);
  log.valid_for = "null";
  EXPECT_NE(refusal_of(root_with(log.json())).find("\"validFor\" is missing"), std::string::npos);
  log.valid_for = R"({"start":"2021-01-12"})";
  EXPECT_NE(refusal_of(root_with(log.json())).find("\"start\" is not an RFC 3339 time"), std::string::npos);
}

TEST(TrustedRoot, RefusesAnIdThatIsNotTheKeys) {
  LogText log;
  log.id[0] = 'x';
  EXPECT_NE(refusal_of(root_with(log.json())).find("not the id of the key"), std::string::npos);
  // A CT log's id is the hash of its key alone; a checkpoint key id depends on the log's name.
  LogText rekor2;
  rekor2.base_url = "https://log2025-1.rekor.sigstore.dev";
  rekor2.key = "MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=";
  rekor2.details = "PKIX_ED25519";
  rekor2.id = "zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=";
  EXPECT_EQ(refusal_of(root_with(rekor2.json())), "taken");
  rekor2.base_url = "https://other.rekor.sigstore.dev";
  EXPECT_NE(refusal_of(root_with(rekor2.json())).find("not the id of the key"), std::string::npos);
}

TEST(TrustedRoot, RefusesAKeyOfAnotherKindThanItsDetails) {
  LogText log;
  log.details = "PKIX_ECDSA_P384_SHA_384";
  EXPECT_NE(refusal_of(root_with(log.json())).find("not of the kind"), std::string::npos);
  log.details = "PKCS1_RSA_PKCS1V5";
  EXPECT_NE(refusal_of(root_with(log.json())), "taken");
}

TEST(TrustedRoot, RefusesAnAuthorityWithoutCertificates) {
  const std::string authority = R"(,"certificateAuthorities":[{"uri":"u","certChain":{"certificates":[]}}])";
  EXPECT_NE(refusal_of(root_with(LogText().json(), authority)).find("is empty"), std::string::npos);
}

TEST(TrustedRoot, RefusesAFileThatIsTooLarge) {
  const auto root = parse_trusted_root(std::string(kMaxTrustedRoot + 1, ' '));
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, ErrorCode::LimitExceeded);
}

TEST(TimeRange, IncludesBothEndsAndCountsFractions) {
  const auto at = [](std::string_view text) { return parse_rfc3339(text).value(); };
  const TimeRange range{at("2022-01-01T00:00:00Z"), at("2022-12-31T23:59:59.999Z")};
  EXPECT_TRUE(range.contains(range.start));
  EXPECT_TRUE(range.contains(*range.end));
  EXPECT_FALSE(range.contains(at("2021-12-31T23:59:59.999999Z")));
  EXPECT_FALSE(range.contains(at("2022-12-31T23:59:59.9991Z")));
  EXPECT_TRUE((TimeRange{range.start, std::nullopt}).contains(at("9999-12-31T23:59:59Z")));
}

TEST(TransparencyLog, IsNamedByTheHostOfItsUrl) {
  const auto name_of = [](std::string url) {
    return TransparencyLog{std::move(url), PublicKey::from_spki(parse_base64(kKey).value()).value(), {}, {}}.name();
  };
  EXPECT_EQ(name_of("https://log.example.org"), "log.example.org");
  EXPECT_EQ(name_of("https://log.example.org:8080/path/x"), "log.example.org");
  EXPECT_EQ(name_of("log.example.org"), "log.example.org");
  EXPECT_EQ(name_of("http://rekor-local"), "rekor-local");
  EXPECT_EQ(name_of("http://[::1]:3000/"), "::1");
}

// Instances of one operator count once; without one each counts for itself.
TEST(TrustedRoot, SaysUnderWhatALogCounts) {
  const auto counted_as = [](const std::string& log) {
    return parse_trusted_root(root_with(log)).value().logs.front().counted_as();
  };
  std::string log = LogText().json();
  EXPECT_EQ(counted_as(log), "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d");
  log.insert(1, R"("operator":"sigstore.dev",)");
  EXPECT_EQ(counted_as(log), "sigstore.dev");
}

// Rekor v1 signs its checkpoints under the name with the port, Rekor v2 under the one without.
TEST(TrustedRoot, KnowsALogByItsNameWithAndWithoutPort) {
  const auto log =
      parse_trusted_root(root_with(LogText{.base_url = "http://localhost:8000/x"}.json())).value().logs.front();
  EXPECT_EQ(log.name(), "localhost");
  EXPECT_EQ(log.name_with_port(), "localhost:8000");
}

}  // namespace
}  // namespace signet::sigstore
