// The whole of signet with a virtual card as its token "card", beside the SoftHSM token of every household.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "json/value.h"
#include "tests/card/virtual_card.h"
#include "tests/support/household.h"

namespace signet::test {

class CardHouse {
 public:
  /// @param module  the PKCS#11 module before the card; empty: signet's own door
  explicit CardHouse(const CardSetup& setup, std::string_view module = "");

  [[nodiscard]] VirtualCard& card() { return card_; }
  [[nodiscard]] Household& house() { return house_; }
  /// Binds the identity "card" to a key, which is as `signet key … --json` prints it.
  void use_key(const json::Object& key, std::string_view use);
  /// The same with the card's first key.
  void use_first_key(std::string_view use);

  /// The keeper of the card's token, and its child.
  [[nodiscard]] pid_t keeper();
  [[nodiscard]] pid_t child();

 private:
  [[nodiscard]] std::string configuration(std::string_view module) const;

  TemporaryFolder folder_;
  std::filesystem::path pin_file_ = folder_.write("card-pin", "123456\n");
  VirtualCard card_;
  Household house_;
};

}  // namespace signet::test
