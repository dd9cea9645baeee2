// What the worker puts right before it asks the token, and what it never repeats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/support/expect_refusal.h"
#include "tests/support/fault_module.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using protocol::TokenKey;
using ::testing::ElementsAre;

// The module forwards to SoftHSM, writes down what is called and fails what the script names.
class TokenRecovery : public ::testing::Test {
 protected:
  TokenRecovery() {
    token_.make_key("EC:prime256v1", "01", "git");
    Worker::Setup setup{.arguments = {"--module", module_.path().string(), "--token-label", token_.label(),
                                      "--pin-file", token_.pin_file().string()},
                        .environment = token_.environment()};
    setup.environment["SIGNET_CALL_LOG"] = module_.beside("log");
    setup.environment["SIGNET_SCRIPT"] = module_.write("script", "");
    worker_.emplace(setup);
    channel_.emplace(worker_->connect());
    const auto keys = keys_of(*channel_);
    EXPECT_TRUE(keys && !keys->empty());
    key_ = keys->front();
    EXPECT_TRUE(sign(*channel_, key_, digest_of("opens a session")));
    module_.write("log", "");
  }
  std::vector<std::string> calls() const {
    std::ifstream file(module_.beside("log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  SoftHsm token_;
  FaultModule module_{"scripted"};
  std::optional<Worker> worker_;
  std::optional<protocol::Channel> channel_;
  TokenKey key_;
};

TEST_F(TokenRecovery, OneSignatureIsOneInitAndOneSign) {
  ASSERT_TRUE(sign(*channel_, key_, digest_of("x")));
  EXPECT_THAT(calls(), ElementsAre("C_SignInit", "C_Sign"));
}

TEST_F(TokenRecovery, AStaleSessionIsReplacedBeforeTheSignature) {
  module_.write("script", "C_SignInit 0xB3\n");  // CKR_SESSION_HANDLE_INVALID
  const auto signature = sign(*channel_, key_, digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key_.public_key, digest_of("x"), *signature));
  EXPECT_THAT(calls(), ElementsAre("C_SignInit", "C_Login", "C_SignInit", "C_Sign"));
}

TEST_F(TokenRecovery, ALoginThatWasLostIsRenewedBeforeTheSignature) {
  module_.write("script", "C_SignInit 0x101\n");  // CKR_USER_NOT_LOGGED_IN
  ASSERT_TRUE(sign(*channel_, key_, digest_of("x")));
  EXPECT_THAT(calls(), ElementsAre("C_SignInit", "C_Login", "C_SignInit", "C_Sign"));
}

TEST_F(TokenRecovery, AStaleHandleIsFoundAgain) {
  module_.write("script", "C_SignInit 0x82\n");  // CKR_OBJECT_HANDLE_INVALID
  ASSERT_TRUE(sign(*channel_, key_, digest_of("x")));
  EXPECT_THAT(calls(), ElementsAre("C_SignInit", "C_SignInit", "C_Sign"));
}

TEST_F(TokenRecovery, WhatCannotBeCuredIsTriedOnce) {
  module_.write("script", "C_SignInit 0x70\n");  // CKR_MECHANISM_INVALID
  expect_refusal(sign(*channel_, key_, digest_of("x")), ErrorCode::KeyUnsuitable, "CKR_MECHANISM_INVALID");
  EXPECT_THAT(calls(), ElementsAre("C_SignInit"));
}

TEST_F(TokenRecovery, WhatIsNotCuredByReopeningIsTriedOnceMoreWithAModuleThatWasStartedAnew) {
  module_.write("script", "C_SignInit 0xB3\nC_SignInit 0xB3\nC_SignInit 0xB3\n");
  const auto signature = sign(*channel_, key_, digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_EQ(std::ranges::count(calls(), "C_Initialize"), 1);
}

TEST_F(TokenRecovery, WhatIsNotCuredAtAllIsGivenUp) {
  std::string script;
  for (int line = 0; line < 20; ++line) script += "C_SignInit 0xB3\n";
  module_.write("script", script);
  expect_refusal(sign(*channel_, key_, digest_of("x")), ErrorCode::TokenRemoved, "CKR_SESSION_HANDLE_INVALID");
  EXPECT_EQ(std::ranges::count(calls(), "C_SignInit"), 4);
}

TEST_F(TokenRecovery, TheSignatureItselfIsNeverRepeated) {
  for (const std::string value : {"0x30", "0x32", "0xB3", "0xE0", "0x5"}) {
    module_.write("log", "");
    module_.write("script", "C_Sign " + value + "\n");
    EXPECT_FALSE(sign(*channel_, key_, digest_of("x"))) << value;
    EXPECT_EQ(std::ranges::count(calls(), "C_Sign"), 1) << value;
    const auto next = sign(*channel_, key_, digest_of("y"));
    EXPECT_TRUE(next) << value << ": the next request finds everything in order: " << next.error().sentence();
  }
}

// CKR_USER_NOT_LOGGED_IN at once: nobody was asked for a finger, so nothing is lost by asking once more.
TEST_F(TokenRecovery, ASignatureIsAskedForAgainWhereTheTokenHasLostItsLogin) {
  module_.write("script", "C_Sign 0x101\n");
  const auto signature = sign(*channel_, key_, digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_EQ(std::ranges::count(calls(), "C_Sign"), 2);
  EXPECT_EQ(std::ranges::count(calls(), "C_Login"), 1);
}

TEST_F(TokenRecovery, ATokenThatLosesItsLoginAgainAndAgainIsNamed) {
  module_.write("script", "C_Sign 0x101\nC_Sign 0x101\nC_Sign 0x101\nC_Sign 0x101\n");
  expect_refusal(sign(*channel_, key_, digest_of("x")), ErrorCode::PinRequired, "nobody is logged in");
}

TEST_F(TokenRecovery, AnUnclearLoginIsTriedTwiceAndThenThePinIsForgotten) {
  module_.write("script", "C_SignInit 0xB3\nC_Login 0x5\nC_Login 0x5\n");  // CKR_GENERAL_ERROR
  expect_refusal(sign(*channel_, key_, digest_of("x")), ErrorCode::PinIncorrect, "nobody knows");
  EXPECT_EQ(std::ranges::count(calls(), "C_Login"), 2);
}

TEST(AlwaysAuthenticate, AsksForThePinBeforeEachSignature) {
  const SoftHsm token;
  const auto made = run({.arguments = {"pkcs11-tool", "--module", std::string(kSoftHsmModule), "--token-label", "desk",
                                       "--login", "--pin", token.pin(), "--keypairgen", "--key-type", "EC:prime256v1",
                                       "--id", "02", "--label", "sign", "--always-auth"},
                         .environment = token.environment()},
                        soon());
  ASSERT_EQ(made.status, 0) << made.errors;
  const FaultModule module("scripted");
  Worker::Setup setup{.arguments = {"--module", module.path().string(), "--token-label", token.label(), "--pin-file",
                                    token.pin_file().string()},
                      .environment = token.environment()};
  setup.environment["SIGNET_CALL_LOG"] = module.beside("log");
  Worker worker(setup);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys && !keys->empty());
  EXPECT_TRUE(keys->front().always_authenticate);
  for (int round = 0; round < 2; ++round) {
    module.write("log", "");
    const auto signature = sign(channel, keys->front(), digest_of("x"));
    ASSERT_TRUE(signature) << signature.error().sentence();
    std::ifstream file(module.beside("log"));
    std::vector<std::string> calls;
    for (std::string line; std::getline(file, line);) calls.push_back(line);
    EXPECT_THAT(calls, ElementsAre("C_SignInit", "C_Login", "C_Sign"));
  }
}

}  // namespace
}  // namespace signet::test
