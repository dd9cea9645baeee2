// A key for one signature: made on a connection, proved, used once, gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/fault_module.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using protocol::SessionStep;
using protocol::TokenKey;

class SessionKeyTest : public ::testing::Test {
 protected:
  SessionKeyTest() { token_.make_key("EC:prime256v1", "01", "git"); }

  static Worker::Setup setup_for(const SoftHsm& token, const FaultModule& module) {
    return {.arguments = {"--module", module.path().string(), "--token-label", token.label(), "--pin-file",
                          token.pin_file().string()},
            .environment = {{"SOFTHSM2_CONF", token.configuration().string()},
                            {"SIGNET_OBJECT_COUNT", module.beside("count").string()}}};
  }
  static Result<TokenKey> make(protocol::Channel& channel, std::string algorithm = "p256") {
    const protocol::TokenSessionKeyRequest request{.algorithm = std::move(algorithm),
                                                   .deadline = std::chrono::seconds(30)};
    auto reply = call(channel, "org.signet.Token.MakeSessionKey", request.encode());
    if (!reply) return fail(std::move(reply.error()));
    return std::move(protocol::parse_token_generate_reply(*reply)->key);
  }
  static Result<Bytes> ask(protocol::Channel& channel, const TokenKey& key, SessionStep step, const Digest& digest) {
    const protocol::TokenSessionSignRequest request{
        .public_key = key.public_key, .digest = digest, .step = step, .deadline = std::chrono::seconds(30)};
    auto reply = call(channel, "org.signet.Token.SignWithSessionKey", request.encode());
    if (!reply) return fail(std::move(reply.error()));
    return protocol::parse_token_sign_reply(*reply)->signature.value_or(Bytes());
  }
  static Result<Bytes> prove(protocol::Channel& channel, const TokenKey& key) {
    return ask(channel, key, SessionStep::Proof, digest_of("me"));
  }
  static Result<Bytes> sign_once(protocol::Channel& channel, const TokenKey& key) {
    return ask(channel, key, SessionStep::Signature, digest_of("x"));
  }
  // How many objects the token showed each time something was made, destroyed or closed.
  std::vector<int> counts() const {
    std::istringstream text(read_file(module_.beside("count"), 1U << 20U).value_or(""));
    return {std::istream_iterator<int>(text), std::istream_iterator<int>()};
  }
  [[nodiscard]] bool comes_to(int count) const {
    for (const Deadline deadline = soon(); !deadline.passed();) {
      const auto all = counts();
      if (!all.empty() && all.back() == count) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  SoftHsm token_;
  FaultModule module_{"count_objects"};
  Worker worker_{setup_for(token_, module_)};
  protocol::Channel channel_ = worker_.connect();
  // The two halves of the one key that stays.
  static constexpr int kStored = 2;
};

TEST_F(SessionKeyTest, ProvesAndSignsOnceAndIsGone) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  EXPECT_EQ(key->algorithm, "p256");
  EXPECT_EQ(counts().back(), kStored + 2) << "it lives in the session";
  const auto proof = prove(channel_, *key);
  ASSERT_TRUE(proof) << proof.error().sentence();
  EXPECT_TRUE(verifies(key->public_key, digest_of("me"), *proof));
  const auto signature = sign_once(channel_, *key);
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key->public_key, digest_of("x"), *signature));
  EXPECT_EQ(counts().back(), kStored) << "no object remains";
  expect_refusal(sign_once(channel_, *key), ErrorCode::KeyNotFound, "this connection has no session key");
  expect_refusal(prove(channel_, *key), ErrorCode::KeyNotFound, "this connection has no session key");
}

TEST_F(SessionKeyTest, IsMadeAnewForTheNextSignature) {
  std::vector<Bytes> made;
  for (const std::string algorithm : {"p256", "p384", "p256"}) {
    const auto key = make(channel_, algorithm);
    ASSERT_TRUE(key) << key.error().sentence();
    const HashAlgorithm hash = algorithm == "p384" ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256;
    ASSERT_TRUE(ask(channel_, *key, SessionStep::Proof, digest_of("me", hash)));
    const auto signature = ask(channel_, *key, SessionStep::Signature, digest_of("x", hash));
    ASSERT_TRUE(signature) << signature.error().sentence();
    EXPECT_TRUE(verifies(key->public_key, digest_of("x", hash), *signature));
    made.push_back(key->public_key);
  }
  EXPECT_NE(made[0], made[2]);
  EXPECT_EQ(counts().back(), kStored);
}

TEST_F(SessionKeyTest, IsOnTheListOfNobody) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  auto other = worker_.connect();
  for (protocol::Channel* channel : {&channel_, &other}) {
    const auto keys = keys_of(*channel);
    ASSERT_TRUE(keys) << keys.error().sentence();
    ASSERT_EQ(keys->size(), 1U);
    EXPECT_EQ(keys->front().label, "git");
  }
}

TEST_F(SessionKeyTest, BelongsToItsConnectionAlone) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  auto other = worker_.connect();
  expect_refusal(prove(other, *key), ErrorCode::KeyNotFound, "this connection has no session key");
  const auto others = make(other);
  ASSERT_TRUE(others);
  expect_refusal(prove(other, *key), ErrorCode::KeyNotFound, "the session key of this connection is another one");
  EXPECT_TRUE(prove(channel_, *key)) << "the owner is not disturbed";
}

TEST_F(SessionKeyTest, KeepsTheOrderOfItsSteps) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  expect_refusal(make(channel_), ErrorCode::InvalidRequest, "a session key that was not used yet");
  ASSERT_TRUE(prove(channel_, *key));
  expect_refusal(prove(channel_, *key), ErrorCode::KeyUnsuitable, "has proved its possession already");
  EXPECT_TRUE(sign_once(channel_, *key));
  const auto hasty = make(channel_);
  ASSERT_TRUE(hasty);
  expect_refusal(sign_once(channel_, *hasty), ErrorCode::KeyUnsuitable, "before it has proved its possession");
  EXPECT_EQ(counts().back(), kStored) << "a signature that was refused uses it up";
}

TEST_F(SessionKeyTest, GoesWithItsConnection) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  ASSERT_EQ(counts().back(), kStored + 2);
  channel_ = protocol::Channel(UniqueFd());
  EXPECT_TRUE(comes_to(kStored));
}

TEST_F(SessionKeyTest, GoesWithTheProcessThatHoldsIt) {
  const auto key = make(channel_);
  ASSERT_TRUE(key) << key.error().sentence();
  const pid_t child = worker_.child();
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_NE(worker_.child(child), child);
  auto later = worker_.connect();
  expect_refusal(prove(later, *key), ErrorCode::KeyNotFound, "this connection has no session key");
  const auto next = make(later);
  ASSERT_TRUE(next) << next.error().sentence();
  EXPECT_EQ(counts().back(), kStored + 2) << "of the first one nothing is left";
}

TEST_F(SessionKeyTest, IsMadeOfKnownKindsAlone) {
  expect_refusal(make(channel_, "p521"), ErrorCode::KeyUnsuitable, "keys of kind p521 are not made here");
  EXPECT_TRUE(make(channel_)) << "the connection is as good as before";
}

}  // namespace
}  // namespace signet::test
