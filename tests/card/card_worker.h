// A virtual card behind signet-token, through signet's own door or through a PKCS#11 module: what tests of both share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/card/virtual_card.h"
#include "tests/support/worker.h"

namespace signet::test {

/// Arguments of signet-token for the first card.
[[nodiscard]] std::vector<std::string> piv_door();
[[nodiscard]] std::vector<std::string> ykcs11_door();
[[nodiscard]] std::vector<std::string> opensc_door();

/// One card with these keys.
[[nodiscard]] CardSetup with_keys(std::vector<CardKey> keys, const std::string& firmware = "5.4.3");
/// One key in 9C that wants a touch each time.
[[nodiscard]] CardSetup with_touch();

class CardWorkerTest : public ::testing::Test {
 protected:
  /// A card, its keeper, a connection, and the first key of the list.
  void start(const std::vector<std::string>& door, const CardSetup& setup = {}, const std::string& pin = "123456");
  /// Waits, up to a minute.
  [[nodiscard]] static bool comes_true(const std::function<bool()>& condition);
  [[nodiscard]] protocol::TokenSignRequest request_for(std::string_view text) const;
  void expect_signature(std::string_view text);
  /// Another program changes the PIN to 654321, and resets the card.
  void change_pin() const;
  void expect_pin_directly_before_each_signature() const;

  TemporaryFolder folder_;
  std::optional<VirtualCard> card_;
  std::optional<Worker> worker_;
  std::optional<protocol::Channel> channel_;
  protocol::TokenKey key_;
};

}  // namespace signet::test
