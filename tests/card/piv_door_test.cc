// signet's own PIV door through real parts: a virtual card, pcscd, signet-piv, signet-token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <filesystem>
#include <fstream>

#include "tests/card/card_guest.h"
#include "tests/card/card_worker.h"

namespace signet::test {
namespace {

using protocol::TokenKey;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

class PivDoor : public CardWorkerTest {
 protected:
  void start(const CardSetup& setup = {}, const std::string& pin = "123456") {
    CardWorkerTest::start(piv_door(), setup, pin);
  }
  Result<protocol::TokenGenerateReply> generate(protocol::TokenGenerateRequest request) {
    request.deadline = soon().remaining();
    const auto reply = call(*channel_, "org.signet.Token.GenerateKey", request.encode());
    if (!reply) return fail(reply.error());
    return protocol::parse_token_generate_reply(*reply);
  }
};

TEST_F(PivDoor, ListsAKeyByItsSlot) {
  start();
  EXPECT_EQ(key_.id, "9c");
  EXPECT_EQ(key_.label, "digital signature (slot 9c)");
  EXPECT_EQ(key_.algorithm, "p256");
  EXPECT_TRUE(key_.always_authenticate);
}

TEST_F(PivDoor, SignsWithThePinDirectlyBeforeTheSignature) {
  start();
  expect_signature("a commit");
  expect_signature("a tag");
  EXPECT_EQ(card_->count_signatures(), 2);
  expect_pin_directly_before_each_signature();
}

TEST_F(PivDoor, SendsAWrongPinOnceAndNeverAgain) {
  start({}, "654321");
  for (int round = 0; round < 3; ++round) {
    const auto refused = sign(*channel_, key_, digest_of("x"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PinIncorrect) << refused.error().sentence();
  }
  EXPECT_EQ(card_->count_pins(), 1);
  EXPECT_EQ(card_->count_signatures(), 0);
}

TEST_F(PivDoor, SaysHowManyTriesAreLeft) {
  start({}, "654321");
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("2 tries are left"));
}

TEST_F(PivDoor, SendsNoPinThatNoCardCouldTake) {
  start({}, "12345");
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("6 to 8 characters"));
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_F(PivDoor, SendsNoPinWithOneTryLeft) {
  CardSetup setup;
  setup.tries = 1;
  start(setup);
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PinLocked) << refused.error().sentence();
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_F(PivDoor, NamesACardThatWasPulledAndSignsWhenItIsBack) {
  start();
  expect_signature("before");
  const pid_t child = worker_->child();
  card_->remove();
  const auto gone = sign(*channel_, key_, digest_of("meanwhile"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::TokenRemoved) << gone.error().sentence();
  card_->insert();
  expect_signature("after");
  EXPECT_EQ(worker_->child(), child) << "the process lives on";
}

TEST_F(PivDoor, EndsARequestWhoseCardIsPulledWhileItWaitsForTheTouch) {
  start(with_touch());
  card_->set_touch(std::chrono::seconds(10));
  send_call(
      *channel_, "org.signet.Token.Sign",
      protocol::TokenSignRequest{
          .id = key_.id, .public_key = key_.public_key, .input = digest_of("x"), .deadline = std::chrono::seconds(60)}
          .encode(),
      true);
  const auto waiting = channel_->receive(soon());
  ASSERT_TRUE(waiting && *waiting);
  EXPECT_THAT(**waiting, HasSubstr("waiting"));
  card_->remove();
  const Answer answer = receive_answer(*channel_);
  ASSERT_FALSE(answer.parameters);
  EXPECT_EQ(answer.parameters.error().code, ErrorCode::TokenRemoved) << answer.parameters.error().sentence();
  card_->set_touch(milliseconds(0));
  card_->insert();
  expect_signature("after");
}

TEST_F(PivDoor, ListsItsKeysWhileATouchIsAwaited) {
  start(with_touch());
  card_->set_touch(std::chrono::seconds(3));
  send_call(
      *channel_, "org.signet.Token.Sign",
      protocol::TokenSignRequest{
          .id = key_.id, .public_key = key_.public_key, .input = digest_of("x"), .deadline = std::chrono::seconds(60)}
          .encode(),
      true);
  ASSERT_TRUE(channel_->receive(soon()));  // waiting
  auto other = worker_->connect();
  const auto keys = keys_of(other);
  ASSERT_TRUE(keys) << keys.error().sentence();
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_EQ(card_->count_signatures(), 1) << "and the signature is not made yet";
  EXPECT_TRUE(receive_answer(*channel_).parameters);
}

TEST_F(PivDoor, BearsAnotherProgramThatResetsTheCard) {
  start();
  expect_signature("before");
  const auto other =
      run({.arguments = {"yubico-piv-tool", "-a", "status"}, .environment = card_->environment()}, soon());
  ASSERT_EQ(other.status, 0) << other.errors;
  expect_signature("after");
  EXPECT_EQ(card_->count_signatures(), 2);
}

TEST_F(PivDoor, BearsAnotherProgramThatSelectsAnotherApplet) {
  start();
  expect_signature("before");
  const auto other =
      run({.arguments = {"opensc-tool", "--reader", "0", "--name"}, .environment = card_->environment()}, soon());
  ASSERT_EQ(other.status, 0) << other.errors;
  expect_signature("after");
  expect_pin_directly_before_each_signature();
}

TEST_F(PivDoor, NamesATouchThatDidNotCome) {
  start(with_touch());
  card_->set_touch_limit(milliseconds(500));
  card_->set_touch(std::chrono::seconds(5));
  const auto missed = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(missed);
  EXPECT_EQ(missed.error().code, ErrorCode::TouchTimeout) << missed.error().sentence();
  EXPECT_THAT(missed.error().what, HasSubstr("nobody touched the token in time"));
  card_->set_touch(milliseconds(0));
  expect_signature("the next");
}

TEST_F(PivDoor, SendsThePinOnceWhereThePolicySaysSo) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}}));
  expect_signature("first");
  expect_signature("second");
  expect_signature("third");
  EXPECT_EQ(card_->count_pins(), 1);
}

TEST_F(PivDoor, SendsNoPinForAKeyThatWantsNone) {
  start(with_keys({{.slot = 0x9e, .pin_policy = 1}}), "654321");
  expect_signature("without");
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_F(PivDoor, SignsWithEachKindOfKey) {
  start(with_keys({{.slot = 0x9a, .algorithm = "p256", .pin_policy = 2},
                   {.slot = 0x9c, .algorithm = "p384", .pin_policy = 3},
                   {.slot = 0x9d, .algorithm = "rsa2048", .pin_policy = 2},
                   {.slot = 0x82, .algorithm = "rsa4096", .pin_policy = 2},
                   {.slot = 0x95, .algorithm = "ed25519", .pin_policy = 2}},
                  "5.7.2"));
  const auto keys = keys_of(*channel_);
  ASSERT_TRUE(keys && keys->size() == 5U) << keys->size();
  for (const TokenKey& key : *keys) {
    std::variant<Digest, protocol::TokenMessage> input =
        digest_of("x", key.algorithm == "p384" ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256);
    if (key.algorithm == "ed25519") input = protocol::TokenMessage{to_bytes("a whole message")};
    const auto signature = sign(*channel_, key, input);
    ASSERT_TRUE(signature) << key.algorithm << ": " << signature.error().sentence();
    EXPECT_TRUE(std::visit([&](const auto& what) { return verifies(key.public_key, what, *signature); }, input))
        << key.algorithm;
  }
}

TEST_F(PivDoor, ReadsKeysOfOldCardsFromTheirAttestation) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2, .touch_policy = 3, .certificate = false}}, "4.3.5"));
  EXPECT_EQ(key_.pin_policy, protocol::PinPolicy::Once);
  EXPECT_EQ(key_.touch_policy, protocol::TouchPolicy::Cached);
  expect_signature("on an old card");
}

TEST_F(PivDoor, MakesAnEd25519KeyWithTheAesManagementKeyOfThe57Firmware) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}}, "5.7.2"));
  const auto made = generate({.label = "",
                              .id = "9c",
                              .algorithm = "ed25519",
                              .pin_policy = protocol::PinPolicy::Once,
                              .touch_policy = protocol::TouchPolicy::Cached});
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made->key.id, "9c");
  EXPECT_EQ(made->key.pin_policy, protocol::PinPolicy::Once);
  EXPECT_EQ(made->key.touch_policy, protocol::TouchPolicy::Cached);
  EXPECT_THAT(made->warning.value_or(""), HasSubstr("factory's management key"));
  const protocol::TokenMessage message{to_bytes("a message")};
  const auto signature = sign(*channel_, made->key, message);
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(made->key.public_key, message, *signature));
}

TEST_F(PivDoor, MakesAnRsa4096KeyWithTheAesManagementKeyOfThe57Firmware) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}}, "5.7.2"));
  const auto made = generate({.label = "", .id = "9c", .algorithm = "rsa4096"});
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made->key.algorithm, "rsa4096");
  key_ = made->key;
  expect_signature("by 512 bytes");
}

TEST_F(PivDoor, MakesAKeyWithAManagementKeyThatLiesBehindThePin) {
  CardSetup setup = with_keys({{.slot = 0x9a, .pin_policy = 2}});
  setup.management_algorithm = "aes256";
  setup.management_key_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  setup.management_pin_protected = true;
  start(setup);
  const auto made = generate({.label = "", .id = "82", .algorithm = "p384"});
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_FALSE(made->warning);
}

TEST_F(PivDoor, MakesNoKeyWithoutTheManagementKey) {
  CardSetup setup = with_keys({{.slot = 0x9a, .pin_policy = 2}});
  setup.management_algorithm = "aes256";
  setup.management_key_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  start(setup);
  const auto refused = generate({.label = "", .id = "82", .algorithm = "p384"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotAuthorized) << refused.error().sentence();
  EXPECT_THAT(refused.error().what, HasSubstr("management key is another one"));
}

// It says its serial number by what it attests, so from its first key on.
TEST_F(PivDoor, MakesTheFirstKeyOfAnOldCard) {
  card_.emplace(with_keys({}, "4.3.5"));
  const auto pin_file = folder_.write("pin", "123456");
  worker_.emplace(
      Worker::Setup{.arguments = {"--piv", "--pin-file", pin_file.string()}, .environment = card_->environment()});
  channel_.emplace(worker_->connect());
  const auto made = generate({.label = "", .id = "9a", .algorithm = "p256"});
  ASSERT_TRUE(made) << made.error().sentence();
  key_ = made->key;
  expect_signature("at once");
  CardGuest(*card_).select_another_applet();
  expect_signature("after another program selected another applet");
}

TEST_F(PivDoor, OverwritesNoKey) {
  start();
  const auto refused = generate({.label = "", .id = "9c", .algorithm = "p256"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(refused.error().what, HasSubstr("(slot 9c) holds a key already"));
}

TEST_F(PivDoor, MakesNoKeyThatTheFirmwareDoesNotKnow) {
  start();
  const auto refused = generate({.label = "", .id = "9a", .algorithm = "ed25519"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::KeyUnsuitable);
  EXPECT_THAT(refused.error().what, HasSubstr("firmware, 5.4.3, makes no ed25519 keys: they need 5.7.0"));
}

TEST_F(PivDoor, NoticesAnotherCardInTheSamePlace) {
  start();
  expect_signature("before");
  CardSetup other;
  other.serial = 777;
  card_->swap(other);
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::TokenRemoved) << refused.error().sentence();
  card_->swap_back();
  expect_signature("after");
}

TEST_F(PivDoor, BearsAPcscdThatIsRestarted) {
  start();
  expect_signature("before");
  card_->stop_pcscd();
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::TokenRemoved) << refused.error().sentence();
  EXPECT_THAT(refused.error().what, HasSubstr("pcscd"));
  card_->start_pcscd();
  expect_signature("after");
}

TEST_F(PivDoor, LetsGoOfTheReaderForAProgramThatWantsItForItself) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}}));
  expect_signature("before");
  CardGuest guest(*card_);
  ASSERT_TRUE(comes_true([&] { return guest.try_exclusive() == "done"; })) << "it is held for two seconds";
  // Only its name counts.
  std::filesystem::copy_file("/usr/bin/sleep", folder_ / "scdaemon");
  Process scdaemon(ProcessOptions{.arguments = {(folder_ / "scdaemon").string(), "600"}});
  const auto refused = sign(*channel_, key_, digest_of("x"), milliseconds(1500));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::TokenBusy) << refused.error().sentence();
  EXPECT_THAT(refused.error().what, HasSubstr("another program has the reader"));
  EXPECT_THAT(refused.error().what, HasSubstr("it may be scdaemon (process " + std::to_string(scdaemon.pid()) + ")"));
  scdaemon.send_signal(SIGTERM);
  guest.release();
  expect_signature("after");
}

TEST_F(PivDoor, WaitsForAReaderThatAnotherProgramHasForItself) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}}));
  CardGuest guest(*card_);
  ASSERT_TRUE(comes_true([&] { return guest.try_exclusive() == "done"; }));
  send_call(*channel_, "org.signet.Token.Sign", request_for("waits").encode());
  EXPECT_EQ(card_->count_signatures(), 0);
  guest.release();
  const Answer answer = receive_answer(*channel_);
  EXPECT_TRUE(answer.parameters) << answer.parameters.error().sentence();
}

TEST_F(PivDoor, IsConfinedAsModulesAre) {
  start();
  std::ifstream file("/proc/" + std::to_string(worker_->child()) + "/status");
  const std::string status{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(status, HasSubstr("\nNoNewPrivs:\t1\n"));
  EXPECT_THAT(status, HasSubstr("\nSeccomp:\t2\n"));
}

TEST_F(PivDoor, KnowsNoCardWithAnotherSerialNumber) {
  card_.emplace();
  worker_.emplace(Worker::Setup{.arguments = {"--piv", "--token-serial", "999"}, .environment = card_->environment()});
  channel_.emplace(worker_->connect());
  const auto keys = keys_of(*channel_);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::TokenRemoved);
  EXPECT_THAT(keys.error().what, HasSubstr("no PIV card with the serial number 999 is there"));
}

TEST_F(PivDoor, RefusesASessionKey) {
  start();
  const auto refused =
      call(*channel_, "org.signet.Token.MakeSessionKey",
           protocol::TokenSessionKeyRequest{.algorithm = "p256", .deadline = soon().remaining()}.encode());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::KeyUnsuitable);
}

}  // namespace
}  // namespace signet::test
