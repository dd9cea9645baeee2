// The management key (9B): who knows it may change what is on the card.
#pragma once

#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "tests/card/apdu.h"
#include "tests/card/card_setup.h"
#include "tests/card/tlv.h"

namespace signet::test {

class ManagementKey {
 public:
  /// @param algorithm  3des, aes128, aes192 or aes256; empty: what that firmware comes with
  /// @param key_hex    empty: the factory default
  ManagementKey(const Firmware& firmware, std::string_view algorithm, std::string_view key_hex);
  [[nodiscard]] static ManagementKey factory_default(const Firmware& firmware) { return {firmware, "", ""}; }

  /// One step of the mutual authentication, in which the host asks for a witness, or of the plain one, in which it asks
  /// for a challenge (SP 800-73-4 part 2, appendix A.1).
  [[nodiscard]] Reply authenticate(std::uint8_t algorithm, const Tlvs& elements);
  [[nodiscard]] bool authenticated() const { return authenticated_; }
  void forget_session();

  /// @return  WrongData: an algorithm that this firmware lacks; WrongLength: not as long as the algorithm wants it
  [[nodiscard]] Status set(const Firmware& firmware, std::uint8_t algorithm, ByteView key, bool touch);
  /// Elements 01 algorithm, 02 policies, 05 whether it is the factory default.
  [[nodiscard]] Bytes metadata(const Firmware& firmware) const;
  [[nodiscard]] const Bytes& value() const { return key_; }

 private:
  [[nodiscard]] Bytes encrypt(ByteView block) const;
  [[nodiscard]] std::size_t block_size() const;
  [[nodiscard]] Reply give_random(std::uint8_t tag, bool encrypted);
  [[nodiscard]] Reply finish(bool right, Bytes answer);

  std::uint8_t algorithm_;
  Bytes key_;
  bool touch_ = false;
  bool authenticated_ = false;
  Bytes random_;  // what the host has to send back; empty: nothing was asked for
};

}  // namespace signet::test
