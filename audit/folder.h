// Where the parts of the audit log lie below STATE/audit. The agent writes them, the command line reads them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace signet::audit {

/// What the name of each log begins with; the rest names its key. It is the origin of its checkpoints.
inline constexpr std::string_view kOriginPrefix = "audit.signet/";

/// The longest line: an entry's length has two bytes in a bundle (C2SP tlog-tiles).
inline constexpr std::size_t kMaxLine = 65535;

class Folder {
 public:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// The log in the C2SP layout: checkpoint, tiles, entry bundles.
  [[nodiscard]] std::filesystem::path log() const { return root_ / "log"; }
  /// The two files in which lines wait until a checkpoint covers them; `which` is 0 or 1.
  [[nodiscard]] std::filesystem::path tail(unsigned which) const {
    return root_ / ("tail-" + std::to_string(which) + ".jsonl");
  }
  /// The private key that signs the checkpoints (PKCS#8, PEM).
  [[nodiscard]] std::filesystem::path key() const { return root_ / "key.pem"; }
  /// Its public half as a verifier key. There from the first checkpoint on.
  [[nodiscard]] std::filesystem::path verifier_key() const { return root_ / "key.vkey"; }
  /// A token's word for that key; may be missing.
  [[nodiscard]] std::filesystem::path certification() const { return root_ / "key.certification.json"; }
  /// The log as version 0.1 kept it: lines in one file.
  [[nodiscard]] std::filesystem::path old_form() const { return root_ / "log.jsonl"; }

 private:
  std::filesystem::path root_;
};

}  // namespace signet::audit
