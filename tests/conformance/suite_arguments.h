// The command line of sigstore-conformance's protocol: COMMAND [--staging] [--flag VALUE]… FILE_OR_DIGEST.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::conformance {

struct SuiteArguments {
  std::map<std::string, std::string, std::less<>> values;  ///< by flag, without dashes
  std::vector<std::string_view> switches;                  ///< flags without a value
  std::string operand;

  [[nodiscard]] std::optional<std::string> text(std::string_view flag) const;
  [[nodiscard]] bool has(std::string_view name) const;
};

/// @param words     behind the command
/// @param flags     those that take a value
/// @param switches  those that take none; views that outlive the result
/// @error InvalidRequest  an unknown or repeated flag, one without its value, or not exactly one operand
[[nodiscard]] Result<SuiteArguments> parse_suite_arguments(std::span<const char* const> words,
                                                           std::span<const std::string_view> flags,
                                                           std::span<const std::string_view> switches);

}  // namespace signet::conformance
