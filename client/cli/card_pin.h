// A PIV card's PIN, by the program that speaks to the card (signet-piv-pin).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "config/configuration.h"

namespace signet::cli {

class CardPin {
 public:
  /// @error NotBuiltYet   the token is reached through a module
  /// @error WorkerFailed  the program is not installed
  [[nodiscard]] static Result<CardPin> of(const config::Token& token);

  /// How often the PIN may still be wrong; 0: it is blocked.
  ///
  /// @error as run()
  [[nodiscard]] Result<int> tries() const;

  /// Runs one task (pkcs11/piv/pin_task.h). The secrets pass through the kernel alone.
  ///
  /// @param first, second  the PIN or PUK, and the new PIN; each at most 255 bytes, empty where the task wants none
  /// @return               how many tries the PIN has now; nothing where the task was done and the card went away
  /// before
  ///                       it said that
  /// @error any of the card's; Deadline  another program holds the card; WorkerFailed  the program answered nonsense
  [[nodiscard]] Result<std::optional<int>> run(std::string_view task, ByteView first, ByteView second) const;

 private:
  CardPin(std::filesystem::path program, const config::Token& token)
      : program_(std::move(program)), serial_(token.serial), pcscd_(token.pcscd) {}

  std::filesystem::path program_;
  std::string serial_;
  std::filesystem::path pcscd_;
};

}  // namespace signet::cli
