// A virtual PIV card for one test: the program signet-virtual-card, its commands, and what the card was asked.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "tests/card/piv_card.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

inline constexpr std::string_view kYkcs11 = "/usr/lib/x86_64-linux-gnu/libykcs11.so";

/// One command that the card got.
struct Apdu {
  std::string command;  ///< hexadecimal
  std::string status;   ///< SW1 SW2
  /// VERIFY with a PIN; without one it only asks how many tries are left.
  [[nodiscard]] bool is_pin() const { return command.starts_with("0020") && command.size() > 10; }
  [[nodiscard]] bool is_signature() const { return command.starts_with("0087"); }
};

class VirtualCard {
 public:
  /// Returns when pcscd has seen the card. Ends the test program where that does not come about.
  explicit VirtualCard(const CardSetup& setup = {});
  ~VirtualCard();
  VirtualCard(const VirtualCard&) = delete;
  VirtualCard& operator=(const VirtualCard&) = delete;

  /// PCSCLITE_CSOCK_NAME.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  void set_touch(std::chrono::milliseconds delay) { command("touch " + std::to_string(delay.count())); }
  void press() { command("press"); }
  /// Both return when pcscd has seen it.
  void remove() { command("remove"); }
  void insert() { command("insert"); }

  [[nodiscard]] std::vector<Apdu> apdus() const;
  [[nodiscard]] long count_pins() const;
  [[nodiscard]] long count_signatures() const;

 private:
  void command(const std::string& line);
  void wait_for_output(std::string_view text, int times);

  TemporaryFolder folder_;
  UniqueFd input_;
  std::optional<Process> program_;
  int commands_ = 0;
};

}  // namespace signet::test
