#include "sandbox/trust_files.h"

#include "common/base64.h"
#include "common/file.h"
#include "json/reader.h"
#include "sigstore/trust/signing_config.h"
#include "tests/support/process.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

class TrustFiles : public OpenedSandbox {
 protected:
  [[nodiscard]] std::string file(std::string_view name) const {
    return read_file(folder_ / "d" / name, std::size_t{1} << 20U).value();
  }
  [[nodiscard]] json::Value value(std::string_view name) const { return json::parse(file(name)).value(); }

  /// The member at the end of a path; numbers are places in arrays.
  static const json::Value& at(const json::Value& value, std::vector<std::string> path) {
    const json::Value* here = &value;
    for (const std::string& step : path) {
      if (const auto* array = here->as_array()) {
        here = &array->at(std::stoul(step));
      } else {
        here = here->as_object()->find(step);
      }
      if (here == nullptr) {
        ADD_FAILURE() << step;
        return value;
      }
    }
    return *here;
  }
  static const std::string& text(const json::Value& value, std::vector<std::string> path) {
    static const std::string nothing;
    const std::string* found = at(value, std::move(path)).as_string();
    return found == nullptr ? nothing : *found;
  }
};

TEST_F(TrustFiles, TheTrustedRootIsReadByOurOwnReader) {
  const auto root = sigstore::parse_trusted_root(file("trusted_root.json"));
  ASSERT_TRUE(root.has_value()) << root.error().sentence();
  ASSERT_EQ(root->logs.size(), 2U);
  EXPECT_EQ(root->logs[0].name(), "log.sandbox.test");
  EXPECT_EQ(root->logs[0].key, sandbox_->state().logs[0].public_key());
  EXPECT_EQ(root->logs[1].name(), "rekor.sandbox.test");
  EXPECT_EQ(root->logs[1].key, sandbox_->state().v1_logs[0].public_key());
  ASSERT_EQ(root->ct_logs.size(), 1U);
  EXPECT_EQ(root->ct_logs[0].key, sandbox_->state().ct_log.public_key());
  ASSERT_EQ(root->certificate_authorities.size(), 1U);
  ASSERT_EQ(root->certificate_authorities[0].chain.size(), 2U);
  EXPECT_EQ(root->certificate_authorities[0].chain[1], sandbox_->state().ca.root.certificate) << "the anchor is last";
  ASSERT_EQ(root->timestamp_authorities.size(), 1U);
  EXPECT_EQ(root->timestamp_authorities[0].chain[0], sandbox_->state().tsas[0].issuing.certificate)
      << "the leaf is first";
}

// What sigstore-python 4.5 wants beyond the schema: a media type with ";version=0.1", validFor.start everywhere, CT
// logs, and a common name in each authority's subject.
TEST_F(TrustFiles, TheTrustedRootHasWhatStockClientsAskFor) {
  const json::Value root = value("trusted_root.json");
  EXPECT_EQ(text(root, {"mediaType"}), "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
  const std::string start = encode_rfc3339(clock_.now());
  for (const char* logs : {"tlogs", "ctlogs"}) {
    EXPECT_EQ(text(root, {logs, "0", "hashAlgorithm"}), "SHA2_256");
    EXPECT_EQ(text(root, {logs, "0", "publicKey", "keyDetails"}), "PKIX_ECDSA_P256_SHA_256");
    EXPECT_EQ(text(root, {logs, "0", "publicKey", "validFor", "start"}), start);
  }
  for (const char* authorities : {"certificateAuthorities", "timestampAuthorities"}) {
    EXPECT_EQ(text(root, {authorities, "0", "validFor", "start"}), start);
    EXPECT_FALSE(text(root, {authorities, "0", "subject", "commonName"}).empty());
    EXPECT_EQ(text(root, {authorities, "0", "subject", "organization"}), "SANDBOX NOT FOR TRUST");
  }
  EXPECT_EQ(text(root, {"timestampAuthorities", "0", "uri"}), sandbox_->endpoints().tsa);
  EXPECT_EQ(text(root, {"certificateAuthorities", "0", "uri"}), sandbox_->endpoints().ca);
}

TEST_F(TrustFiles, TheLogIsNamedByTheKeyIdOfItsCheckpoints) {
  const json::Value root = value("trusted_root.json");
  EXPECT_EQ(text(root, {"tlogs", "0", "baseUrl"}), "https://log.sandbox.test");
  const auto id = parse_base64(text(root, {"tlogs", "0", "logId", "keyId"}));
  ASSERT_TRUE(id.has_value());
  const auto entry = sandbox_->rekor_log().entry(0);
  EXPECT_EQ(*id, entry->log_id);
  const auto note = sigstore::parse_signed_note(entry->proof->checkpoint);
  EXPECT_TRUE(equal(ByteView(*id).first(4), note->signatures.at(0).key_id));
}

TEST_F(TrustFiles, TheSigningConfigLeadsToEachService) {
  const auto config = sigstore::parse_signing_config(file("signing_config.v0.2.json"));
  ASSERT_TRUE(config.has_value()) << config.error().sentence();
  const Endpoints urls = sandbox_->endpoints();
  EXPECT_EQ(sigstore::select_one(config->certificate_authorities, {1}, clock_.now(), "CA")->url, urls.ca);
  EXPECT_EQ(sigstore::select_one(config->oidc_issuers, {1}, clock_.now(), "issuer")->url, urls.issuer);
  const auto logs = sigstore::select_services(config->logs, config->log_selection, {2}, clock_.now(), "log");
  ASSERT_TRUE(logs.has_value());
  EXPECT_EQ(logs->at(0).url, urls.log);
  const auto authorities =
      sigstore::select_services(config->timestamp_authorities, config->timestamp_selection, {1}, clock_.now(), "TSA");
  ASSERT_TRUE(authorities.has_value());
  EXPECT_EQ(authorities->at(0).url, urls.tsa);
}

TEST_F(TrustFiles, TheClientTrustConfigIsBothInOne) {
  const json::Value both = value("client_trust_config.json");
  EXPECT_EQ(text(both, {"mediaType"}), "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json");
  EXPECT_EQ(at(both, {"trustedRoot"}), value("trusted_root.json"));
  EXPECT_EQ(at(both, {"signingConfig"}), value("signing_config.v0.2.json"));
}

TEST_F(TrustFiles, StayTheSameAfterARestart) {
  const std::string root = file("trusted_root.json");
  const std::string config = file("signing_config.v0.2.json");
  clock_.set(clock_.now() + std::chrono::hours(1));
  reopen();
  EXPECT_EQ(file("trusted_root.json"), root);
  EXPECT_EQ(file("signing_config.v0.2.json"), config);
}

TEST(TrustFilesEnvironment, IsForAShellWhateverTheFolderIsCalled) {
  const test::TemporaryFolder folder;
  const auto odd = folder / "it's a $(folder)";
  const FixedClock clock(wall_time_from_unix(1'800'000'000));
  const auto sandbox = Sandbox::open(odd, clock);
  ASSERT_TRUE(sandbox.has_value()) << sandbox.error().sentence();
  const auto end = test::run({.arguments = {"sh", "-euc", R"(. "$0"; env)", (odd / "env").string()},
                              .inherit_environment = false,
                              .environment = {{"PATH", "/usr/bin:/bin"}}},
                             Deadline::after(std::chrono::seconds(30)));
  ASSERT_EQ(end.status, 0) << end.errors;
  for (const std::string& line :
       {"SIGNET_SANDBOX_DIR=" + odd.string(), "SIGNET_TRUSTED_ROOT=" + (odd / "trusted_root.json").string(),
        "SIGNET_SIGNING_CONFIG=" + (odd / "signing_config.v0.2.json").string(),
        "SIGNET_ISSUER=" + (*sandbox)->endpoints().issuer}) {
    EXPECT_NE(("\n" + end.output).find("\n" + line + "\n"), std::string::npos) << line << " in " << end.output;
  }
}

}  // namespace
}  // namespace signet::sandbox
