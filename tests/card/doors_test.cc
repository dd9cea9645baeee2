// Each way to a card does the same things, or says by name that it cannot: signet's own door, ykcs11, OpenSC. What came
// out stands in docs/piv-doors.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/card/card_worker.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;

struct Door {
  std::string name;
  std::vector<std::string> arguments;
  std::string id_of_9a;
  std::string id_of_9c;
  std::size_t keys_of_its_own = 0;  ///< that it shows besides those in the slots
  long wrong_pins_after_change = 2;
  long tries = 1;  ///< how often it asks a card for a signature that the card refuses
};
void PrintTo(const Door& door, std::ostream* out) { *out << door.name; }

const Door kPiv{
    .name = "Piv", .arguments = piv_door(), .id_of_9a = "9a", .id_of_9c = "9c", .wrong_pins_after_change = 1};
// It shows the attestation key, too.
const Door kByYkcs11{
    .name = "Ykcs11", .arguments = ykcs11_door(), .id_of_9a = "01", .id_of_9c = "02", .keys_of_its_own = 1};
const Door kByOpenSc{.name = "OpenSc", .arguments = opensc_door(), .id_of_9a = "01", .id_of_9c = "02", .tries = 4};

class Doors : public CardWorkerTest, public ::testing::WithParamInterface<Door> {
 protected:
  void start(const CardSetup& setup, const std::string& pin = "123456") {
    CardWorkerTest::start(GetParam().arguments, setup, pin);
  }
  void expect_refusal(ErrorCode code, const milliseconds deadline = std::chrono::seconds(30)) {
    const auto refused = sign(*channel_, key_, digest_of("x"), deadline);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code) << refused.error().sentence();
  }
};
INSTANTIATE_TEST_SUITE_P(Each, Doors, ::testing::Values(kPiv, kByYkcs11, kByOpenSc),
                         [](const auto& info) { return info.param.name; });

CardSetup with_pin_once() { return with_keys({{.slot = 0x9a, .pin_policy = 2}}); }

TEST_P(Doors, ListTheKeysOfTheCard) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2}, {.slot = 0x9c, .algorithm = "p384"}}));
  const auto keys = keys_of(*channel_);
  ASSERT_TRUE(keys) << keys.error().sentence();
  ASSERT_EQ(keys->size(), 2U + GetParam().keys_of_its_own);
  EXPECT_EQ(keys->at(0).id, GetParam().id_of_9a);
  EXPECT_EQ(keys->at(0).algorithm, "p256");
  EXPECT_FALSE(keys->at(0).always_authenticate);
  EXPECT_EQ(keys->at(1).id, GetParam().id_of_9c);
  EXPECT_EQ(keys->at(1).algorithm, "p384");
  EXPECT_TRUE(keys->at(1).always_authenticate);
}

TEST_P(Doors, SendAPinOnceWhereThePolicySaysSo) {
  start(with_pin_once());
  expect_signature("first");
  expect_signature("second");
  EXPECT_EQ(card_->count_pins(), 1);
}

TEST_P(Doors, SendThePinDirectlyBeforeEachSignatureThatWantsIt) {
  start({});
  expect_signature("a commit");
  expect_signature("a tag");
  EXPECT_EQ(card_->count_signatures(), 2);
  expect_pin_directly_before_each_signature();
}

TEST_P(Doors, SendAWrongPinOnceAndNeverAgain) {
  start(with_pin_once(), "654321");
  for (int round = 0; round < 3; ++round) expect_refusal(ErrorCode::PinIncorrect);
  EXPECT_EQ(card_->count_pins(), 1);
  EXPECT_EQ(card_->count_wrong_pins(), 1);
  EXPECT_EQ(card_->count_signatures(), 0);
}

TEST_P(Doors, SendAWrongPinOnceToAKeyThatWantsItEachTime) {
  start({}, "654321");
  for (int round = 0; round < 3; ++round) expect_refusal(ErrorCode::PinIncorrect);
  EXPECT_EQ(card_->count_wrong_pins(), 1);
}

// Both modules keep the PIN and send it of themselves when another program has reset the card: that is one wrong PIN
// more than ours.
TEST_P(Doors, LockNoCardWhosePinWasChangedByAnotherProgram) {
  start(with_pin_once());
  expect_signature("before");
  change_pin();
  for (int round = 0; round < 5; ++round) {
    const auto refused = sign(*channel_, key_, digest_of("x"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().code, AnyOf(ErrorCode::PinIncorrect, ErrorCode::PinLocked, ErrorCode::TokenRemoved))
        << refused.error().sentence();
  }
  EXPECT_EQ(card_->count_wrong_pins(), GetParam().wrong_pins_after_change);
}

TEST_P(Doors, NameALockedPin) {
  CardSetup setup = with_pin_once();
  setup.wrong_pins = setup.tries;
  start(setup);
  expect_refusal(ErrorCode::PinLocked);
  expect_refusal(ErrorCode::PinLocked);
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_P(Doors, SendNoPinWithOneTryLeft) {
  CardSetup setup = with_pin_once();
  setup.wrong_pins = setup.tries - 1;
  start(setup, "654321");
  expect_refusal(ErrorCode::PinLocked);
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_P(Doors, SignAtOnceWhereTheFingerIsThere) {
  start(with_touch());
  expect_signature("a commit");
}

TEST_P(Doors, SayThatTheyWaitForAFingerThatIsLate) {
  start(with_touch());
  card_->set_touch(std::chrono::seconds(2));
  send_call(*channel_, "org.signet.Token.Sign", request_for("a commit").encode(), true);
  const Answer answer = receive_answer(*channel_);
  ASSERT_TRUE(answer.parameters) << answer.parameters.error().sentence();
  EXPECT_EQ(answer.waiting, 1);
  const auto reply = protocol::parse_token_sign_reply(*answer.parameters);
  ASSERT_TRUE(reply && reply->signature);
  EXPECT_TRUE(verifies(key_.public_key, digest_of("a commit"), *reply->signature));
}

TEST_P(Doors, NameAFingerThatDidNotCome) {
  start(with_touch());
  card_->set_touch_limit(milliseconds(500));
  card_->set_touch(std::chrono::seconds(5));
  expect_refusal(ErrorCode::TouchTimeout);
  card_->set_touch(milliseconds(0));
  expect_signature("the next");
}

// The card says the same of a PIN that it wants; only that takes no time.
TEST_P(Doors, AskForNoSecondFingerWhereTheFirstDidNotCome) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 2, .touch_policy = 2}}));
  card_->set_touch_limit(milliseconds(800));
  card_->set_touch(std::chrono::seconds(5));
  expect_refusal(ErrorCode::TouchTimeout);
  EXPECT_EQ(card_->count_signatures(), GetParam().tries);
  card_->set_touch(milliseconds(0));
  expect_signature("the next");
}

TEST_P(Doors, EndTheirProcessWhereTheCardWaitsForAFingerWithoutEnd) {
  start(with_touch());
  const pid_t first = worker_->child();
  card_->set_touch_limit(std::chrono::minutes(5));
  card_->set_touch(std::chrono::minutes(5));
  expect_refusal(ErrorCode::Cancelled, milliseconds(1000));
  EXPECT_NE(worker_->child(first), first);
  card_->set_touch(milliseconds(0));
  card_->press();  // pcscd itself waits for the card, whoever asked
  channel_.emplace(worker_->connect());
  expect_signature("by the next process");
}

TEST_P(Doors, NameACardThatWasPulledAndSignWhenItIsBack) {
  start(with_pin_once());
  expect_signature("before");
  card_->remove();
  expect_refusal(ErrorCode::TokenRemoved);
  card_->insert();
  expect_signature("after");
}

// At some of these commands it is the login that finds the card gone, and nobody knows whether the PIN reached it.
TEST_P(Doors, KeepAPinThatTheCardTookWhereItIsPulledWhileItIsReadAnew) {
  start(with_pin_once());
  expect_signature("before");
  for (const int command : {1, 2, 3, 4, 5, 6, 7, 8}) {
    card_->remove();
    expect_refusal(ErrorCode::TokenRemoved);
    card_->insert();
    card_->remove_at_apdu(command);
    const auto lost = sign(*channel_, key_, digest_of("x"));
    if (!lost) {
      EXPECT_EQ(lost.error().code, ErrorCode::TokenRemoved) << lost.error().sentence();
    }
    card_->insert();
  }
  (void)sign(*channel_, key_, digest_of("x"));  // notices the last removal
  expect_signature("after");
  EXPECT_EQ(card_->count_wrong_pins(), 0);
}

TEST_P(Doors, BearAPcscdThatIsRestarted) {
  start(with_pin_once());
  expect_signature("before");
  card_->stop_pcscd();
  EXPECT_FALSE(sign(*channel_, key_, digest_of("x")));
  card_->start_pcscd();
  expect_signature("after");
}

TEST_P(Doors, BearAnotherProgramThatResetsTheCard) {
  start(with_pin_once());
  expect_signature("before");
  const auto other =
      run({.arguments = {"yubico-piv-tool", "-a", "status"}, .environment = card_->environment()}, soon());
  ASSERT_EQ(other.status, 0) << other.errors;
  expect_signature("after");
  EXPECT_EQ(card_->count_wrong_pins(), 0);
}

// The slot's habit is once, and no module tells that this key is another one.
TEST_P(Doors, SignWithAKeyIn9aThatWantsThePinEachTime) {
  start(with_keys({{.slot = 0x9a, .pin_policy = 3}}));
  expect_signature("first");
  expect_signature("second");
  expect_signature("third");
  EXPECT_EQ(card_->count_wrong_pins(), 0);
}

TEST_P(Doors, BearAnotherProgramThatSelectsAnotherApplet) {
  start(with_pin_once());
  expect_signature("before");
  const auto other =
      run({.arguments = {"opensc-tool", "--reader", "0", "--name"}, .environment = card_->environment()}, soon());
  ASSERT_EQ(other.status, 0) << other.errors;
  expect_signature("after");
  EXPECT_EQ(card_->count_wrong_pins(), 0);
}

// The same with OpenSC told to keep no PIN.
class OpenScWithoutACache : public CardWorkerTest {};

TEST_F(OpenScWithoutACache, SendsNoPinOfItself) {
  card_.emplace(with_pin_once());
  auto environment = card_->environment();
  environment["OPENSC_CONF"] =
      folder_.write("opensc.conf", "app default { framework pkcs15 { use_pin_caching = false; } }\n").string();
  std::vector<std::string> arguments = opensc_door();
  arguments.insert(arguments.end(), {"--pin-file", folder_.write("pin", "123456").string()});
  worker_.emplace(Worker::Setup{.arguments = arguments, .environment = environment});
  channel_.emplace(worker_->connect());
  const auto keys = keys_of(*channel_);
  ASSERT_TRUE(keys && !keys->empty());
  key_ = keys->front();
  expect_signature("before");
  change_pin();
  for (int round = 0; round < 3; ++round) EXPECT_FALSE(sign(*channel_, key_, digest_of("x")));
  EXPECT_EQ(card_->count_wrong_pins(), 1);
}

class OpenScThatHangs : public CardWorkerTest {};

// A card that is pulled between two signatures makes OpenSC's next C_Sign hang for ever (virtual-tokens §3.1), unless
// pcscd has noticed before.
TEST_F(OpenScThatHangs, IsEndedASecondAfterTheDeadline) {
  start(opensc_door(), with_pin_once());
  const pid_t first = worker_->child();
  Result<Bytes> lost = fail(ErrorCode::Bug, "not asked yet");
  std::chrono::steady_clock::time_point begun;
  for (int attempt = 0; attempt < 5 && lost.error().code != ErrorCode::Cancelled; ++attempt) {
    if (attempt > 0) card_->insert();
    expect_signature("before");
    card_->pull();
    begun = std::chrono::steady_clock::now();
    lost = sign(*channel_, key_, digest_of("meanwhile"), milliseconds(1000));
    ASSERT_FALSE(lost);
  }
  const auto lasted = std::chrono::steady_clock::now() - begun;
  ASSERT_EQ(lost.error().code, ErrorCode::Cancelled) << "it did not hang: " << lost.error().sentence();
  EXPECT_GE(lasted, milliseconds(2000));
  EXPECT_LE(lasted, std::chrono::seconds(5));
  EXPECT_NE(worker_->child(first), first);
  channel_.emplace(worker_->connect());
  card_->insert();
  expect_signature("by the next process");
  EXPECT_EQ(card_->count_wrong_pins(), 0);
}

// A key of that kind in 9A of a card that makes them all.
struct Kind {
  Door door;
  std::string algorithm;
  /// Nothing: it signs. KeyNotFound: it is not shown. Otherwise how a signature ends.
  std::optional<ErrorCode> refusal{};
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.door.name << kind.algorithm; }

class Kinds : public CardWorkerTest, public ::testing::WithParamInterface<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, Kinds,
                         ::testing::Values(Kind{kPiv, "p256"}, Kind{kPiv, "p384"}, Kind{kPiv, "rsa2048"},
                                           Kind{kPiv, "rsa3072"}, Kind{kPiv, "rsa4096"}, Kind{kPiv, "ed25519"},
                                           Kind{kByYkcs11, "p256"}, Kind{kByYkcs11, "p384"}, Kind{kByYkcs11, "rsa2048"},
                                           Kind{kByYkcs11, "rsa3072", ErrorCode::TokenRemoved},
                                           Kind{kByYkcs11, "rsa4096", ErrorCode::TokenRemoved},
                                           Kind{kByYkcs11, "ed25519", ErrorCode::KeyNotFound}, Kind{kByOpenSc, "p256"},
                                           Kind{kByOpenSc, "p384"}, Kind{kByOpenSc, "rsa2048"},
                                           Kind{kByOpenSc, "rsa3072"},
                                           Kind{kByOpenSc, "rsa4096", ErrorCode::KeyUnsuitable},
                                           Kind{kByOpenSc, "ed25519", ErrorCode::KeyNotFound}),
                         [](const auto& info) { return info.param.door.name + "_" + info.param.algorithm; });

// A second key of a kind that each door knows: a key that is not shown hides no other.
TEST_P(Kinds, OfKeySignOrAreRefusedByName) {
  const Kind& kind = GetParam();
  start(kind.door.arguments, with_keys({{.slot = 0x9a, .algorithm = kind.algorithm, .pin_policy = 2},
                                        {.slot = 0x9c, .algorithm = "p256", .pin_policy = 2}},
                                       "5.7.2"));
  const bool shown = kind.refusal != ErrorCode::KeyNotFound;
  ASSERT_EQ(key_.id, shown ? kind.door.id_of_9a : kind.door.id_of_9c);
  if (!shown) return expect_signature("by the other key");
  EXPECT_EQ(key_.algorithm, kind.algorithm);
  std::variant<Digest, protocol::TokenMessage> input =
      digest_of("x", kind.algorithm == "p384" ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256);
  if (kind.algorithm == "ed25519") input = protocol::TokenMessage{to_bytes("a whole message")};
  const auto signature = sign(*channel_, key_, input);
  ASSERT_EQ(signature.has_value(), !kind.refusal) << (signature ? "it signs" : signature.error().sentence());
  if (kind.refusal) {
    EXPECT_EQ(signature.error().code, *kind.refusal) << signature.error().sentence();
    return;
  }
  EXPECT_TRUE(std::visit([&](const auto& what) { return verifies(key_.public_key, what, *signature); }, input));
}

Result<protocol::TokenGenerateReply> generate(protocol::Channel& channel, protocol::TokenGenerateRequest request) {
  request.deadline = soon().remaining();
  const auto reply = call(channel, "org.signet.Token.GenerateKey", request.encode());
  if (!reply) return fail(reply.error());
  return protocol::parse_token_generate_reply(*reply);
}

class ModuleDoors : public Doors {};
INSTANTIATE_TEST_SUITE_P(Each, ModuleDoors, ::testing::Values(kByYkcs11, kByOpenSc),
                         [](const auto& info) { return info.param.name; });

TEST_P(ModuleDoors, MakeNoKeyOnACardAndNameTheDoorThatDoes) {
  start(with_pin_once());
  const auto refused = generate(*channel_, {.label = "", .id = "02", .algorithm = "p256"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::KeyUnsuitable) << refused.error().sentence();
  EXPECT_THAT(refused.error().remedy, HasSubstr("`module`")) << refused.error().sentence();
  expect_signature("afterwards");
}

TEST_P(ModuleDoors, MakeNoKeyWithPolicies) {
  start(with_pin_once());
  const auto refused = generate(
      *channel_, {.label = "", .id = "02", .algorithm = "p256", .touch_policy = protocol::TouchPolicy::Cached});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::KeyUnsuitable) << refused.error().sentence();
  EXPECT_THAT(refused.error().what, HasSubstr("no keys with a PIN or touch policy"));
}

}  // namespace
}  // namespace signet::test
