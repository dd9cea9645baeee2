// A token that wants a finger for each signature (tests/modules/touch.cc), and the finger.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/fault_module.h"

namespace signet::test {

/// At first it wants none.
class TouchModule : public FaultModule {
 public:
  TouchModule() : FaultModule("touch") { allow_everything(true); }

  /// For the module's process.
  [[nodiscard]] std::map<std::string, std::string> environment() const {
    return {{"SIGNET_TOUCH", beside("finger").string()}, {"SIGNET_NO_TOUCH", beside("held").string()}};
  }

  /// As if somebody kept a finger on the token, or took it off.
  void allow_everything(bool allow) const {
    if (allow) {
      (void)write("held", "");
    } else {
      std::filesystem::remove(beside("held"));
    }
  }
  /// Touches it once. Renamed into its place: the module takes it away at once.
  void touch() const { std::filesystem::rename(write("coming", ""), beside("finger")); }
};

}  // namespace signet::test
