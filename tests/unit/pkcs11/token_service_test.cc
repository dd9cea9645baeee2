// org.signet.Token end to end: signet-token, signet-module and a real SoftHSM token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "json/writer.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/module/live_token.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/fault_module.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using protocol::TokenKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TokenService : public ::testing::Test {
 protected:
  TokenService() { token_.make_key("EC:prime256v1", "01", "git"); }
  TokenKey first_key() {
    const auto keys = keys_of(channel_);
    EXPECT_TRUE(keys && !keys->empty());
    return keys->front();
  }
  Result<json::Value> generate(std::string id, std::string algorithm = "p256") {
    const protocol::TokenGenerateRequest request{
        .label = "new", .id = std::move(id), .algorithm = std::move(algorithm), .deadline = std::chrono::seconds(30)};
    return call(channel_, "org.signet.Token.GenerateKey", request.encode());
  }

  SoftHsm token_;
  Worker worker_{token_};
  protocol::Channel channel_ = worker_.connect();
};

TEST_F(TokenService, ListsEachKindOfKeyByItsName) {
  token_.make_key("EC:secp384r1", "02", "p384");
  token_.make_key("rsa:2048", "03", "rsa");
  token_.make_key("EC:edwards25519", "04", "ed");
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys) << keys.error().sentence();
  std::vector<std::string> seen;
  for (const TokenKey& key : *keys) seen.push_back(key.id + " " + key.label + " " + key.algorithm);
  EXPECT_THAT(seen, ElementsAre("01 git p256", "02 p384 p384", "03 rsa rsa2048", "04 ed ed25519"));
}

TEST_F(TokenService, SignsADigestWithAKeyThatItFound) {
  const TokenKey key = first_key();
  for (const std::string text : {"a commit", "a tag", "a file"}) {
    const auto signature = sign(channel_, key, digest_of(text));
    ASSERT_TRUE(signature) << signature.error().sentence();
    EXPECT_TRUE(verifies(key.public_key, digest_of(text), *signature));
    EXPECT_FALSE(verifies(key.public_key, digest_of("another"), *signature));
  }
}

TEST_F(TokenService, SignsForSeveralConnectionsAtOnce) {
  const TokenKey key = first_key();
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([&, client] {
      auto channel = worker_.connect();
      for (int round = 0; round < 25; ++round) {
        const Digest digest = digest_of(std::to_string(client) + "/" + std::to_string(round));
        const auto signature = sign(channel, key, digest);
        if (signature && verifies(key.public_key, digest, *signature)) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 100);
}

TEST_F(TokenService, RefusesAKeyWithAnotherPublicKey) {
  TokenKey key = first_key();
  key.public_key.back() ^= 1;
  expect_refusal(sign(channel_, key, digest_of("x")), ErrorCode::KeyNotFound, "has another public key");
  key.public_key.back() ^= 1;
  EXPECT_TRUE(sign(channel_, key, digest_of("x")));
}

TEST_F(TokenService, RefusesAnIdThatIsNotThere) {
  TokenKey key = first_key();
  key.id = "77";
  expect_refusal(sign(channel_, key, digest_of("x")), ErrorCode::KeyNotFound, "key 77 is not on the token");
}

TEST_F(TokenService, RefusesAnotherDigestThanTheKeyTakes) {
  const TokenKey key = first_key();
  const Bytes bytes(48, 1);
  expect_refusal(sign(channel_, key, Digest::make(HashAlgorithm::Sha384, bytes).value()), ErrorCode::KeyUnsuitable,
                 "a p256 key signs digests of 32 bytes, not of 48");
  expect_refusal(sign(channel_, key, protocol::TokenMessage{to_bytes("a message")}), ErrorCode::KeyUnsuitable,
                 "a key of kind p256 signs digests, not messages");
  EXPECT_TRUE(sign(channel_, key, digest_of("x")));
}

TEST_F(TokenService, RefusesAKeyOfAnotherKind) {
  token_.make_key("EC:secp521r1", "03", "long");
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys);
  expect_refusal(sign(channel_, keys->back(), digest_of("x", HashAlgorithm::Sha512)), ErrorCode::KeyUnsuitable,
                 "a key of kind p521 signs nothing here");
}

// Table D3: each kind that signs digests, made here and checked by OpenSSL.
TEST_F(TokenService, MakesEachKindOfKeyAndSignsWithIt) {
  struct Row {
    std::string algorithm;
    HashAlgorithm hash;
  };
  const std::vector<Row> rows = {{"p256", HashAlgorithm::Sha256},
                                 {"p384", HashAlgorithm::Sha384},
                                 {"rsa2048", HashAlgorithm::Sha512},
                                 {"rsa3072", HashAlgorithm::Sha256},
                                 {"rsa4096", HashAlgorithm::Sha256}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto reply = generate("a" + std::to_string(i), rows[i].algorithm);
    ASSERT_TRUE(reply) << rows[i].algorithm << ": " << reply.error().sentence();
    const auto made = protocol::parse_token_generate_reply(*reply);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->key.algorithm, rows[i].algorithm);
    const Digest digest = digest_of("x", rows[i].hash);
    const auto signature = sign(channel_, made->key, digest);
    ASSERT_TRUE(signature) << rows[i].algorithm << ": " << signature.error().sentence();
    EXPECT_TRUE(verifies(made->key.public_key, digest, *signature)) << rows[i].algorithm;
    EXPECT_FALSE(verifies(made->key.public_key, digest_of("y", rows[i].hash), *signature)) << rows[i].algorithm;
  }
}

TEST_F(TokenService, SignsAMessageWithAnEd25519Key) {
  const auto reply = generate("a1", "ed25519");
  ASSERT_TRUE(reply) << reply.error().sentence();
  const auto made = protocol::parse_token_generate_reply(*reply);
  ASSERT_TRUE(made);
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, protocol::kMaxTokenMessage}) {
    const protocol::TokenMessage message{Bytes(size, 'm')};
    const auto signature = sign(channel_, made->key, message);
    ASSERT_TRUE(signature) << size << ": " << signature.error().sentence();
    EXPECT_EQ(signature->size(), 64U);
    EXPECT_TRUE(verifies(made->key.public_key, message, *signature)) << size;
    EXPECT_FALSE(verifies(made->key.public_key, protocol::TokenMessage{to_bytes("another")}, *signature));
  }
}

// Of pkcs11-tool's making: another encoding of the same kind (virtual-tokens §4).
TEST_F(TokenService, SignsAMessageWithAnEd25519KeyOfAnotherProgram) {
  token_.make_key("EC:edwards25519", "04", "ed");
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys);
  const protocol::TokenMessage message{to_bytes("a message")};
  const auto signature = sign(channel_, keys->back(), message);
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(keys->back().public_key, message, *signature));
}

TEST_F(TokenService, RefusesADigestForAnEd25519Key) {
  token_.make_key("EC:edwards25519", "04", "ed");
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys);
  expect_refusal(sign(channel_, keys->back(), digest_of("x")), ErrorCode::KeyUnsuitable,
                 "an ed25519 key signs messages, not digests");
}

TEST_F(TokenService, RefusesAMessageThatIsTooLong) {
  token_.make_key("EC:edwards25519", "04", "ed");
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys);
  const protocol::TokenMessage message{Bytes(protocol::kMaxTokenMessage + 1, 'm')};
  expect_refusal(sign(channel_, keys->back(), message), ErrorCode::LimitExceeded,
                 "a message of 1048577 bytes; a token is given at most 1048576");
}

TEST_F(TokenService, MakesAKeyThatSignsAtOnce) {
  const auto reply = generate("a1");
  ASSERT_TRUE(reply) << reply.error().sentence();
  const auto made = protocol::parse_token_generate_reply(*reply);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->key.id, "a1");
  EXPECT_EQ(made->key.label, "new");
  const auto signature = sign(channel_, made->key, digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(made->key.public_key, digest_of("x"), *signature));
}

TEST_F(TokenService, MakesKeysThatStayOnTheToken) {
  ASSERT_TRUE(generate("a1"));
  const auto end =
      run({.arguments = {"pkcs11-tool", "--module", std::string(kSoftHsmModule), "--token-label", "desk", "--login",
                         "--pin", token_.pin(), "--list-objects", "--type", "privkey", "--id", "a1"},
           .environment = token_.environment()},
          soon());
  EXPECT_THAT(end.output, HasSubstr("sensitive, always sensitive, never extractable"));
}

TEST_F(TokenService, MakesNoKeyUnderAnIdThatIsTaken) {
  expect_refusal(generate("01"), ErrorCode::InvalidRequest, "has a key with the id 01 already");
  expect_refusal(generate(""), ErrorCode::InvalidRequest, "");
}

TEST_F(TokenService, MakesNoKeyOfAKindThatItDoesNotKnow) {
  for (const std::string kind : {"p521", "rsa1024", "", "dsa"}) {
    expect_refusal(generate("a1", kind), ErrorCode::KeyUnsuitable, "keys of kind " + kind + " are not made here");
  }
}

TEST_F(TokenService, SaysWhatTheTokenIs) {
  const auto reply = call(channel_, "org.signet.Token.Info");
  ASSERT_TRUE(reply) << reply.error().sentence();
  const auto info = protocol::parse_token_info_reply(*reply);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->label, "desk");
  EXPECT_EQ(info->serial, token_.serial());
  EXPECT_EQ(info->model, "SoftHSM v2");
  EXPECT_EQ(info->module, "SoftHSM Implementation of PKCS11 2.6");
  EXPECT_EQ(info->pin, protocol::PinState::Accepted);
}

TEST_F(TokenService, ServesTheInterfaceThatItWasBuiltWith) {
  const auto info = call(channel_, "org.varlink.service.GetInfo");
  ASSERT_TRUE(info);
  EXPECT_THAT(json::write(*info), HasSubstr(R"("interfaces":["org.varlink.service","org.signet.Token"])"));
  const auto reply =
      call(channel_, "org.varlink.service.GetInterfaceDescription", json::Object{{"interface", "org.signet.Token"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(*reply->as_object()->find("description")->as_string(), protocol::kTokenInterface);
}

TEST_F(TokenService, AnswersWhatItDoesNotKnow) {
  expect_refusal(call(channel_, "org.signet.Token.Export"), ErrorCode::InvalidRequest, "does not know the method");
  expect_refusal(call(channel_, "org.signet.Agent.Sign"), ErrorCode::InvalidRequest, "does not know the interface");
  expect_refusal(call(channel_, "org.signet.Token.Keys", json::Object{{"token", "desk"}}), ErrorCode::InvalidRequest,
                 "\"token\"");
  expect_refusal(call(channel_, "org.varlink.service.GetInterfaceDescription", json::Object{{"interface", "a.b"}}),
                 ErrorCode::InvalidRequest, "does not know the interface");
  EXPECT_TRUE(keys_of(channel_)) << "the connection goes on";
}

TEST_F(TokenService, DoesNothingForACallWithoutReplies) {
  const protocol::TokenGenerateRequest request{
      .label = "new", .id = "a1", .algorithm = "p256", .deadline = std::chrono::seconds(30)};
  const protocol::Call oneway{.method = "org.signet.Token.GenerateKey", .parameters = request.encode(), .oneway = true};
  ASSERT_TRUE(channel_.send(protocol::encode_call(oneway), soon()));
  const auto keys = keys_of(channel_);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 1U);
}

TEST_F(TokenService, RefusesToChangeTheProtocol) {
  const protocol::Call upgrade{.method = "org.signet.Token.Keys", .parameters = json::Object{}, .upgrade = true};
  ASSERT_TRUE(channel_.send(protocol::encode_call(upgrade), soon()));
  expect_refusal(receive_answer(channel_).parameters, ErrorCode::InvalidRequest, "upgrade");
}

TEST_F(TokenService, ClosesAConnectionThatSendsWhatIsNoCall) {
  using namespace std::string_view_literals;
  ASSERT_TRUE(channel_.send("{]\0"sv, soon()));
  const auto answer = channel_.receive(soon());
  EXPECT_TRUE(answer && !*answer);
  auto next = worker_.connect();
  EXPECT_TRUE(keys_of(next));
}

TEST_F(TokenService, AnswersAPeerThatHasClosedItsSendingSide) {
  const TokenKey key = first_key();
  const protocol::TokenSignRequest request{
      .id = key.id, .public_key = key.public_key, .input = digest_of("x"), .deadline = std::chrono::seconds(30)};
  send_call(channel_, "org.signet.Token.Sign", request.encode());
  ::shutdown(channel_.fd(), SHUT_WR);
  EXPECT_TRUE(receive_answer(channel_).parameters);
}

TEST_F(TokenService, ServesAsManyConnectionsAsItHasSeatsAndTheRestAfterwards) {
  const TokenKey key = first_key();
  std::vector<protocol::Channel> channels;
  for (std::size_t i = 0; i < pkcs11::kSeats + 4; ++i) {
    channels.push_back(worker_.connect());
    const protocol::TokenSignRequest request{
        .id = key.id, .public_key = key.public_key, .input = digest_of("x"), .deadline = std::chrono::seconds(60)};
    send_call(channels.back(), "org.signet.Token.Sign", request.encode());
  }
  for (protocol::Channel& channel : channels) {
    EXPECT_TRUE(receive_answer(channel).parameters);
    channel = protocol::Channel(UniqueFd());  // gives its seat back
  }
}

TEST(ChooseSlot, TakesTheOneThatIsMeant) {
  using pkcs11::choose_slot;
  const std::vector<pkcs11::Slot> slots = {{.id = 1, .label = "a", .serial = "11"},
                                           {.id = 2, .label = "a", .serial = "22"},
                                           {.id = 3, .label = "b", .serial = "33"}};
  EXPECT_EQ(choose_slot(slots, {.token_serial = "22"})->id, 2U);
  EXPECT_EQ(choose_slot(slots, {.token_label = "b"})->id, 3U);
  EXPECT_EQ(choose_slot({slots[0]}, {})->id, 1U);
  expect_refusal(choose_slot(slots, {}), ErrorCode::InvalidRequest, "shows 3 tokens");
  expect_refusal(choose_slot(slots, {.token_label = "a"}), ErrorCode::InvalidRequest, "shows 2 tokens");
  expect_refusal(choose_slot(slots, {.token_serial = "33", .token_label = "a"}), ErrorCode::TokenRemoved,
                 "with the label \"a\" and the serial number 33");
  expect_refusal(choose_slot({}, {}), ErrorCode::TokenRemoved, "no token is there");
}

// The worker hands out what the module yields; it is the agent that checks it under the pinned key.
TEST(ModuleWithAWrongKey, YieldsASignatureThatLooksGoodAndIsNot) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  const FaultModule module("wrong_key");
  Worker worker({.arguments = {"--module", module.path().string(), "--token-label", token.label(), "--pin-file",
                               token.pin_file().string()},
                 .environment = token.environment()});
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys && !keys->empty());
  const auto signature = sign(channel, keys->front(), digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_GE(signature->size(), 66U);
  EXPECT_FALSE(verifies(keys->front().public_key, digest_of("x"), *signature));
}

TEST(TokenThatIsMissing, IsNamedInTheError) {
  const SoftHsm token;
  Worker worker({.arguments = {"--module", std::string(kSoftHsmModule), "--token-label", "other"},
                 .environment = token.environment()});
  auto channel = worker.connect();
  expect_refusal(keys_of(channel), ErrorCode::TokenRemoved, "no token with the label \"other\"");
  token.add_token("other", "1234");
  auto later = worker.connect();
  for (const Deadline deadline = soon(); !deadline.passed();) {
    if (keys_of(later)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  FAIL() << "a token that came later is not seen";
}

TEST(ModuleThatIsMissing, IsNamedInTheError) {
  Worker worker({.arguments = {"--module", "/nowhere/module.so"}});
  auto channel = worker.connect();
  expect_refusal(keys_of(channel), ErrorCode::WorkerFailed, "the module /nowhere/module.so cannot be opened");
}

}  // namespace
}  // namespace signet::test
