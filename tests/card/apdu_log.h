// What one card was asked: written by the program, read by the test. One line for each command: the APDU, a blank,
// SW1 SW2, all in hexadecimal.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/bytes.h"

namespace signet::test {

/// One command that the card got.
struct Apdu {
  std::string command;  ///< hexadecimal
  std::string status;   ///< SW1 SW2; empty: not answered yet, or the card was pulled before
  /// VERIFY with a PIN; without one it only asks how many tries are left.
  [[nodiscard]] bool is_pin() const { return command.starts_with("0020") && command.size() > 10; }
  [[nodiscard]] bool is_wrong_pin() const { return is_pin() && (status.starts_with("63c") || status == "6983"); }
  /// The last part of one; the management key (9B) signs nothing.
  [[nodiscard]] bool is_signature() const { return command.starts_with("0087") && command.substr(6, 2) != "9b"; }
};

class ApduLog {
 public:
  explicit ApduLog(const std::filesystem::path& file) : file_(file, std::ios::app) {}
  /// The command is written when it comes, so that a test sees it while the card waits for a finger.
  void begin(ByteView command);
  /// @param answer  empty: there was none
  void end(ByteView answer);

 private:
  std::ofstream file_;
};

[[nodiscard]] std::vector<Apdu> read_apdu_log(const std::filesystem::path& file);

}  // namespace signet::test
