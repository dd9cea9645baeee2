// What `signet verify` is asked about every file of one call.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/trust.h"
#include "client/cli/verb.h"
#include "common/error.h"

namespace signet::cli {

struct Question {
  std::vector<TrustChoice> choices;
  std::optional<std::filesystem::path> bundle;
  bool attestation = false;         ///< asked for, and not a signature
  std::optional<std::string> type;  ///< its type, a URI; nothing where any will do

  /// Where the bundle of a file is looked for.
  [[nodiscard]] std::filesystem::path bundle_of(const std::string& operand) const;
};

/// Reads the flags of `signet verify`, configuration and trusted roots.
///
/// @error InvalidRequest  no file, a digest without a bundle, an unknown type, and all of choose_trust()
[[nodiscard]] Result<Question> read_question(const Arguments& arguments);

}  // namespace signet::cli
