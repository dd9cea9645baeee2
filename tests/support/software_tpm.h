// A software TPM of one test's own, with a PKCS#11 token on it (swtpm(8), tpm2-pkcs11 1.9).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

inline constexpr std::string_view kTpmModule = "/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so";

/// swtpm on a Unix socket, and one initialised token in a store; both in a folder of its own. Its serial number is all
/// zeros, as that of every token of this module: the label alone tells them apart. Ends the test program where a part
/// does not start.
class SoftwareTpm {
 public:
  explicit SoftwareTpm(std::string label = "tpm", std::string pin = "1234");

  [[nodiscard]] const std::string& label() const { return label_; }
  /// A file that holds the PIN and that its owner alone may read.
  [[nodiscard]] const std::filesystem::path& pin_file() const { return pin_file_; }
  /// Where the module finds TPM and store; it writes no lines about what fails inside the TPM.
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  /// [module.NAME] and [token.NAME] for it, both called like its label.
  [[nodiscard]] std::string configuration() const;

  /// swtpm itself.
  [[nodiscard]] Process& process() { return *process_; }
  /// Ends swtpm: the TPM is not there any more. What it stores stays.
  void kill();
  void start();

  /// How many PINs it has refused since it was made or reset: its counter against dictionary attacks
  /// (TPM2_PT_LOCKOUT_COUNTER).
  [[nodiscard]] long refused_pins() const;

 private:
  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "tpm"; }

  TemporaryFolder folder_;
  std::string label_;
  std::string pin_;
  std::filesystem::path pin_file_;
  std::optional<Process> process_;
};

}  // namespace signet::test
