// Clients that other people wrote, as they are: the agent's socket and the sandbox's bundles must be theirs, too.
// ./run-tests installs them (tests/lanes/requirements.txt).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "json/reader.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSource = SIGNET_SOURCE_DIR;
const std::string kPython = std::string(kSource) + "/build/lanes/python/bin/python";

class StockClients : public ::testing::Test {
 protected:
  explicit StockClients(std::vector<std::string> serving = {}) : house_({.serving = std::move(serving)}) {}

  ProcessEnd python(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), kPython);
    arguments[1] = std::string(kSource) + "/" + arguments[1];
    return house_.run(std::move(arguments));
  }

  ProcessEnd sigstore_python(const std::string& bundle, const std::string& artifact) {
    return python({"tests/lanes/sigstore_python.py", house_.trusted_root().string(), bundle, artifact,
                   std::string(Household::kSan), house_.issuer()});
  }

  std::string statement() const {
    return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":)"
           R"("9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"}}],)"
           R"("predicateType":"https://example.test/p/v1","predicate":{}})";
  }

  Household house_;
};

TEST_F(StockClients, PythonVarlinkListsKeysAndSignsAStatement) {
  const auto path = house_.folder().write("statement.json", statement());
  const auto end = python({"docs/examples/sign_statement.py", path.string()});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr("object=maintainer"));
  EXPECT_THAT(end.errors, HasSubstr("signed by maintainer@example.test"));
  const auto bundle = house_.folder().write("statement.sigstore.json", end.output);
  const auto verified =
      house_.run({"signet", "verify", "--type", "https://example.test/p/v1", "--bundle", bundle.string(),
                  "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  const auto by_python = sigstore_python(bundle.string(), "-");
  EXPECT_EQ(by_python.status, 0) << by_python.errors;
}

TEST_F(StockClients, SigstorePythonTakesTheSandboxesBundleAndNoOtherArtifact) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto other = house_.folder().write("other", "another application\n");
  const auto signed_ = house_.run({"signet", "sign", app.string()});
  ASSERT_EQ(signed_.status, 0) << signed_.errors;
  const auto good = sigstore_python(app.string() + ".sigstore.json", app.string());
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_EQ(good.output, "OK\n");
  EXPECT_NE(sigstore_python(app.string() + ".sigstore.json", other.string()).status, 0);
}

TEST_F(StockClients, SigstorePythonFetchesItsTrustFromTheSandboxesRepository) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto other = house_.folder().write("other", "another application\n");
  ASSERT_EQ(house_.run({"signet", "sign", app.string()}).status, 0);
  const std::string root = (house_.sandbox().folder() / "tuf/1.root.json").string();
  const auto sigstore = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {kPython, "-m", "sigstore", "--instance", house_.sandbox().urls().tuf});
    return house_.run(std::move(arguments));
  };
  const auto verify = [&](const std::string& artifact) {
    return sigstore({"verify", "identity", "--bundle", app.string() + ".sigstore.json", "--cert-identity",
                     std::string(Household::kSan), "--cert-oidc-issuer", house_.issuer(), artifact});
  };
  EXPECT_NE(verify(app.string()).status, 0) << "it trusts an instance that nobody introduced";
  const auto trusted = sigstore({"trust-instance", root});
  ASSERT_EQ(trusted.status, 0) << trusted.errors;
  const auto good = verify(app.string());
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_THAT(good.errors, HasSubstr("OK: "));
  EXPECT_NE(verify(other.string()).status, 0);
}

TEST_F(StockClients, SigstorePythonTakesAnAttestationOfSignetAttest) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto predicate = house_.folder().write("p.json", "{\"n\": 1.50}\n");
  const auto attested = house_.run(
      {"signet", "attest", "--type", "https://example.test/p/v1", "--predicate", predicate.string(), app.string()});
  ASSERT_EQ(attested.status, 0) << attested.errors;
  const auto verified = sigstore_python(app.string() + ".intoto.sigstore.json", "-");
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("application/vnd.in-toto+json"));
}

/// A sandbox whose signing config offers one of Rekor's APIs alone.
class StockClientsOfRekor : public StockClients, public ::testing::WithParamInterface<const char*> {
 protected:
  StockClientsOfRekor() : StockClients({"--rekor", GetParam()}) {}

  [[nodiscard]] std::string log() const {
    return std::string_view(GetParam()) == "1" ? "rekor.sandbox.test" : "log.sandbox.test";
  }
  ProcessEnd sigstore_python_signs(const std::string& file, const std::string& bundle,
                                   std::vector<std::string> form = {}) {
    std::vector<std::string> arguments{"tests/lanes/sigstore_python_sign.py",
                                       (house_.sandbox().folder() / "client_trust_config.json").string(),
                                       house_.id_token_file().string(), file, bundle};
    arguments.insert(arguments.end(), form.begin(), form.end());
    return python(std::move(arguments));
  }
};

TEST_P(StockClientsOfRekor, SigstorePythonTakesWhatSignetSigns) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto signed_ = house_.run({"signet", "sign", app.string()});
  ASSERT_EQ(signed_.status, 0) << signed_.errors;
  const auto verified = sigstore_python(app.string() + ".sigstore.json", app.string());
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_EQ(verified.output, "OK\n");
  const auto predicate = house_.folder().write("p.json", "{}\n");
  const auto attested = house_.run(
      {"signet", "attest", "--type", "https://example.test/p/v1", "--predicate", predicate.string(), app.string()});
  ASSERT_EQ(attested.status, 0) << attested.errors;
  const auto envelope = sigstore_python(app.string() + ".intoto.sigstore.json", "-");
  EXPECT_EQ(envelope.status, 0) << envelope.errors;
}

TEST_P(StockClientsOfRekor, SignetTakesWhatSigstorePythonSigns) {
  const auto app = house_.folder().write("app", "an application\n");
  const std::string bundle = (house_.folder() / "by-python.json").string();
  const auto signed_ = sigstore_python_signs(app.string(), bundle);
  ASSERT_EQ(signed_.status, 0) << signed_.errors;
  const auto verified = house_.run({"signet", "verify", "--bundle", bundle, app.string()});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_THAT(verified.output + verified.errors, HasSubstr(log()));
  const auto file = house_.folder().write("statement.json", statement());
  const auto attested = sigstore_python_signs(file.string(), bundle, {"statement"});
  ASSERT_EQ(attested.status, 0) << attested.errors;
  const auto of_subject = house_.run({"signet", "verify", "--type", "https://example.test/p/v1", "--bundle", bundle,
                                      "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"});
  EXPECT_EQ(of_subject.status, 0) << of_subject.errors;
}

// The second opinion of sigstore-conformance's signing tests.
TEST_P(StockClientsOfRekor, SigstorePythonTakesWhatConformanceSignBundleWrites) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto token = read_file(house_.id_token_file(), 1U << 16U);
  ASSERT_TRUE(token);
  const std::string bundle = (house_.folder() / "bundle.json").string();
  const auto signed_ = house_.run({program("conformance-sigstore"), "sign-bundle", "--identity-token", *token,
                                   "--bundle", bundle, "--trusted-root", house_.trusted_root().string(),
                                   "--signing-config", house_.sandbox().signing_config().string(), app.string()});
  ASSERT_EQ(signed_.status, 0) << signed_.errors;
  const auto verified = sigstore_python(bundle, app.string());
  EXPECT_EQ(verified.status, 0) << verified.errors;
}

INSTANTIATE_TEST_SUITE_P(Each, StockClientsOfRekor, ::testing::Values("1", "2"),
                         [](const auto& info) { return "V" + std::string(info.param); });

TEST_F(StockClients, SocatAsksTheAgentWhatItIs) {
  const auto end = house_.run(
      {"sh", "-c", R"(printf '{"method":"org.varlink.service.GetInfo"}\0' | socat - UNIX-CONNECT:"$SIGNET_SOCK")"});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, HasSubstr(R"("product":"signet-agent")"));
  EXPECT_THAT(end.output, HasSubstr(R"("org.signet.Agent")"));
}

TEST_F(StockClients, ServedDescriptionIsTheShippedFile) {
  const auto end = house_.run(
      {"sh", "-c",
       R"(printf '{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.signet.Agent"}}\0' )"
       R"(| socat - UNIX-CONNECT:"$SIGNET_SOCK" | tr -d '\0')"});
  ASSERT_EQ(end.status, 0) << end.errors;
  const auto reply = json::parse(end.output);
  ASSERT_TRUE(reply) << end.output;
  const json::Value* parameters = reply->as_object()->find("parameters");
  ASSERT_NE(parameters, nullptr) << end.output;
  const auto file = read_file(std::string(kSource) + "/protocol/org.signet.Agent.varlink", 1U << 20U);
  ASSERT_TRUE(file);
  EXPECT_EQ(*parameters->as_object()->find("description")->as_string(), *file);
}

}  // namespace
}  // namespace signet::test
