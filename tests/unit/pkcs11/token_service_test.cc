// org.signet.Token end to end: signet-token, signet-module and a real SoftHSM token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/interfaces.h"
#include "tests/unit/pkcs11/worker.h"

namespace signet::test {
namespace {

using protocol::TokenKey;
using ::testing::HasSubstr;

TEST(TokenService, ListsAKeyPairWithItsPublicKey) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  Worker worker(token);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys) << keys.error().sentence();
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->front().id, "01");
  EXPECT_EQ(keys->front().label, "git");
  EXPECT_EQ(keys->front().algorithm, "p256");
  EXPECT_FALSE(keys->front().always_authenticate);
}

TEST(TokenService, SignsADigestWithAKeyThatItFound) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  Worker worker(token);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys && !keys->empty());
  const Digest digest = digest_of("a commit");
  for (int round = 0; round < 3; ++round) {
    const auto signature = sign(channel, keys->front(), digest);
    ASSERT_TRUE(signature) << signature.error().sentence();
    EXPECT_TRUE(verifies(keys->front().public_key, digest, *signature));
    EXPECT_FALSE(verifies(keys->front().public_key, digest_of("another"), *signature));
  }
}

TEST(TokenService, MakesAKeyThatSignsAtOnce) {
  const SoftHsm token;
  Worker worker(token);
  auto channel = worker.connect();
  const protocol::TokenGenerateRequest request{
      .label = "new", .id = "a1", .algorithm = "p256", .deadline = std::chrono::seconds(30)};
  const auto reply = call(channel, "org.signet.Token.GenerateKey", request.encode());
  ASSERT_TRUE(reply) << reply.error().sentence();
  const auto made = protocol::parse_token_generate_reply(*reply);
  ASSERT_TRUE(made);
  const auto signature = sign(channel, made->key, digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(made->key.public_key, digest_of("x"), *signature));
}

}  // namespace
}  // namespace signet::test
