#include "agent/flow/key_generation.h"

#include <map>

#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/agent_parts.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using protocol::GenerateKeyRequest;
using protocol::KeyInfo;
using protocol::TokenKey;
using test::expect_refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(FreeId, IsTheSmallestThatNoKeyHas) {
  std::vector<TokenKey> keys;
  const auto take = [&keys](std::string id) {
    TokenKey key;
    key.id = std::move(id);
    keys.push_back(std::move(key));
  };
  EXPECT_EQ(free_id(keys), "01");
  take("01");
  take("03");
  EXPECT_EQ(free_id(keys), "02");
  for (unsigned i = 1; i < 256; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    take({kDigits[i / 16], kDigits[i % 16]});
  }
  EXPECT_EQ(free_id(keys), "0100");
  take("0100");
  EXPECT_EQ(free_id(keys), "0101");
}

class KeyGeneration : public AgentParts {
 protected:
  Result<KeyInfo> generate(GenerateKeyRequest request) {
    const auto approval = approve(policy_->decide(owner(), Operation::GenerateKey));
    auto reply = await(generate_key(configuration_, *audit_, *tokens_, *approval, std::move(request)));
    if (!reply) return fail(std::move(reply.error()));
    return std::move(reply->key);
  }
  Result<std::vector<KeyInfo>> list() {
    return await(list_keys(configuration_, **tokens_->find("desk"), Deadline::after(30s)));
  }
};

TEST_F(KeyGeneration, MakesAKeyAndSaysHowToUseIt) {
  const auto key = generate({.token = "desk", .label = "new key"});
  ASSERT_TRUE(key) << key.error().sentence();
  EXPECT_EQ(key->id, "02");
  EXPECT_EQ(key->label, "new key");
  EXPECT_EQ(key->algorithm, "p256");
  EXPECT_EQ(key->uri, "pkcs11:token=desk;serial=" + token_.serial() + ";id=%02;object=new%20key;type=private");
  EXPECT_THAT(key->public_key, testing::StartsWith("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_THAT(key->identities, IsEmpty());
  const auto uri = config::parse_key_uri(key->uri);
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->id, "02");
}

TEST_F(KeyGeneration, HasItsLinesInTheAuditLog) {
  const auto key = generate({.token = "desk", .label = "new"});
  ASSERT_TRUE(key);
  const auto all = lines();
  EXPECT_THAT(all[all.size() - 2], AllOf(HasSubstr(R"("event":"intent")"), HasSubstr(R"("operation":"generate_key")"),
                                         HasSubstr(R"("claims":{"name":"new"})")));
  EXPECT_THAT(all.back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(key->fingerprint)));
}

TEST_F(KeyGeneration, TakesAnIdThatIsFree) {
  EXPECT_EQ(generate({.token = "desk", .label = "a", .algorithm = "p256", .id = "AbCd"}).value().id, "abcd");
  expect_refusal(generate({.token = "desk", .label = "b", .algorithm = {}, .id = "abcd"}), ErrorCode::InvalidRequest,
                 "token desk has a key with id abcd");
  EXPECT_THAT(lines().back(), HasSubstr(R"("error":"InvalidRequest")"));
}

TEST_F(KeyGeneration, MakesEachKindAndSaysWhatItSigns) {
  for (const std::string_view algorithm : kGeneratedAlgorithms) {
    const auto key = generate({.token = "desk", .label = "a", .algorithm = std::string(algorithm)});
    ASSERT_TRUE(key) << algorithm << ": " << key.error().sentence();
    EXPECT_EQ(key->algorithm, algorithm);
    const bool signs = algorithm != "rsa2048" && algorithm != "ed25519";
    const std::vector<std::string> all = {"git", "blob", "statement", "ssh"};
    EXPECT_EQ(key->signs, signs ? all : std::vector<std::string>{"ssh"}) << algorithm;
    EXPECT_THAT(lines().at(lines().size() - 2), HasSubstr(std::string(algorithm) + " on token desk"));
  }
}

TEST_F(KeyGeneration, RefusesWhatItCannotMake) {
  const auto refuses = [this](GenerateKeyRequest request, ErrorCode code, std::string_view reason) {
    expect_refusal(generate(std::move(request)), code, reason);
  };
  refuses({.token = "desk", .label = ""}, ErrorCode::InvalidRequest, "a key's label has 1 to 64 bytes");
  refuses({.token = "desk", .label = std::string(65, 'x')}, ErrorCode::InvalidRequest, "a key's label");
  refuses({.token = "desk", .label = "a\nb"}, ErrorCode::InvalidRequest, "a key's label");
  for (const char* algorithm : {"p521", "rsa1024", "P256", ""}) {
    refuses({.token = "desk", .label = "a", .algorithm = algorithm}, ErrorCode::InvalidRequest,
            "keys of kind " + std::string(algorithm) + " are not made");
  }
  for (const char* id : {"", "0", "xy", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00"}) {
    refuses({.token = "desk", .label = "a", .algorithm = {}, .id = id}, ErrorCode::InvalidRequest,
            "a key's id is hexadecimal");
  }
  refuses({.token = "none", .label = "a"}, ErrorCode::KeyNotFound, "the configuration has no token none");
  EXPECT_EQ(list().value().size(), 1U) << "nothing was made";
}

TEST_F(KeyGeneration, ShowsWhichIdentitiesUseAKey) {
  auto keys = list();
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_THAT(keys->front().identities, ElementsAre("maintainer"));
  EXPECT_EQ(keys->front().fingerprint, encode_digest(*identity().public_key));
  identity().public_key = parse_digest("sha256:" + std::string(64, '0')).value();
  EXPECT_THAT(list().value().front().identities, IsEmpty()) << "another key stands in its place";
}

}  // namespace
}  // namespace signet::agent
