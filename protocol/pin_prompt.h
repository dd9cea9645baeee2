// What a person is told who is asked for a PIN: the same words wherever the question comes up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signet::protocol {

/// What somebody who is asked for a PIN has to know. Texts of the token are safe to show.
struct PinNeed {
  std::string token;  ///< as the configuration calls it
  std::string label;
  std::string serial;
  std::optional<std::int64_t> tries{};  ///< wrong PINs that the token still takes, where it says so
  bool refused = false;                 ///< the token has refused the PIN that was entered last
};

/// "PIN for token desk (label "desk", serial 1234) to sign commit "fix": the token refused the last one; 2 tries are
/// left".
///
/// @param purpose  what is done with it, safe to show
[[nodiscard]] std::string pin_prompt(const PinNeed& need, std::string_view purpose);

}  // namespace signet::protocol
