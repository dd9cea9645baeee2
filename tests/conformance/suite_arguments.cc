#include "tests/conformance/suite_arguments.h"

#include <algorithm>

namespace signet::conformance {

std::optional<std::string> SuiteArguments::text(std::string_view flag) const {
  const auto found = values.find(flag);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

bool SuiteArguments::has(std::string_view name) const { return std::ranges::find(switches, name) != switches.end(); }

Result<SuiteArguments> parse_suite_arguments(std::span<const char* const> words,
                                             std::span<const std::string_view> flags,
                                             std::span<const std::string_view> switches) {
  SuiteArguments arguments;
  bool has_operand = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view name = word.starts_with("--") ? word.substr(2) : std::string_view();
    if (name.empty()) {
      if (has_operand) return fail(ErrorCode::InvalidRequest, "more than one operand");
      arguments.operand = word;
      has_operand = true;
    } else if (const auto known = std::ranges::find(switches, name); known != switches.end()) {
      arguments.switches.push_back(*known);
    } else if (std::ranges::find(flags, name) == flags.end()) {
      return fail(ErrorCode::InvalidRequest, "unknown flag " + std::string(word));
    } else if (i + 1 == words.size() || !arguments.values.emplace(name, words[i + 1]).second) {
      return fail(ErrorCode::InvalidRequest, std::string(word) + " has no value, or two");
    } else {
      ++i;
    }
  }
  if (!has_operand) return fail(ErrorCode::InvalidRequest, "no operand");
  return arguments;
}

}  // namespace signet::conformance
