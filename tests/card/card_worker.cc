#include "tests/card/card_worker.h"

#include <chrono>
#include <thread>
#include <utility>

namespace signet::test {

std::vector<std::string> piv_door() { return {"--piv", "--token-serial", "12345678"}; }

std::vector<std::string> ykcs11_door() {
  return {"--module", std::string(kYkcs11), "--token-serial", "12345678", "--needs", "pcsc"};
}

// It shows other serial numbers than the card's own: the card is the only one there.
std::vector<std::string> opensc_door() { return {"--module", std::string(kOpenSc), "--needs", "pcsc"}; }

CardSetup with_keys(std::vector<CardKey> keys, const std::string& firmware) {
  CardSetup setup;
  setup.firmware = firmware;
  setup.keys = std::move(keys);
  return setup;
}

CardSetup with_touch() { return with_keys({{.touch_policy = 2}}); }

void CardWorkerTest::start(const std::vector<std::string>& door, const CardSetup& setup, const std::string& pin) {
  card_.emplace(setup);
  std::vector<std::string> arguments = door;
  arguments.insert(arguments.end(), {"--pin-file", folder_.write("pin", pin).string()});
  worker_.emplace(Worker::Setup{.arguments = arguments, .environment = card_->environment()});
  channel_.emplace(worker_->connect());
  const auto keys = keys_of(*channel_);
  ASSERT_TRUE(keys) << keys.error().sentence();
  ASSERT_FALSE(keys->empty()) << "the card's key is not listed";
  key_ = keys->front();
}

bool CardWorkerTest::comes_true(const std::function<bool()>& condition) {
  for (const Deadline deadline = soon(); !deadline.passed();
       std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    if (condition()) return true;
  }
  return false;
}

protocol::TokenSignRequest CardWorkerTest::request_for(std::string_view text) const {
  return {.id = key_.id, .public_key = key_.public_key, .input = digest_of(text), .deadline = std::chrono::seconds(60)};
}

void CardWorkerTest::expect_signature(std::string_view text) {
  const auto signature = sign(*channel_, key_, digest_of(text));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key_.public_key, digest_of(text), *signature));
}

void CardWorkerTest::change_pin() const {
  const auto changed = run({.arguments = {"yubico-piv-tool", "-a", "change-pin", "-P", "123456", "-N", "654321"},
                            .environment = card_->environment()},
                           soon());
  ASSERT_EQ(changed.status, 0) << changed.errors;
}

void CardWorkerTest::expect_pin_directly_before_each_signature() const {
  const auto apdus = card_->apdus();
  for (std::size_t i = 0; i < apdus.size(); ++i) {
    if (!apdus[i].is_signature()) continue;
    ASSERT_GT(i, 0U);
    EXPECT_TRUE(apdus[i - 1].is_pin()) << apdus[i - 1].command;
    EXPECT_EQ(apdus[i].status, "9000");
  }
}

}  // namespace signet::test
