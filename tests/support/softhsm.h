// A SoftHSM token of one test's own (SoftHSM 2.6: softhsm2-util(1), softhsm2.conf(5)).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace signet::test {

inline constexpr std::string_view kSoftHsmModule = "/usr/lib/softhsm/libsofthsm2.so";

/// One initialised token in a folder of its own. Ends the test program where softhsm2-util refuses.
class SoftHsm {
 public:
  explicit SoftHsm(std::string label = "desk", std::string pin = "1234");

  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] const std::string& pin() const { return pin_; }
  /// The token's serial number.
  [[nodiscard]] const std::string& serial() const { return serial_; }
  [[nodiscard]] const std::filesystem::path& configuration() const { return configuration_; }
  /// A file that holds the PIN and that its owner alone may read.
  [[nodiscard]] const std::filesystem::path& pin_file() const { return pin_file_; }
  /// SOFTHSM2_CONF, which the module needs.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// Makes a key pair with pkcs11-tool.
  ///
  /// @param type  as pkcs11-tool --key-type takes it: "EC:prime256v1", "EC:secp384r1", "rsa:2048", "EC:edwards25519"
  /// @param id    hexadecimal
  void make_key(std::string_view type, std::string_view id, std::string_view label) const;

  /// Another token behind the same module.
  void add_token(std::string_view label, std::string_view pin) const;

 private:
  /// At the start: while another process uses the token, SoftHSM may show none.
  [[nodiscard]] std::string read_serial() const;

  TemporaryFolder folder_;
  std::string label_;
  std::string pin_;
  std::string serial_;
  std::filesystem::path configuration_;
  std::filesystem::path pin_file_;
};

}  // namespace signet::test
