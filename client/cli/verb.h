// A verb of the command line: how it is called, how it explains itself, what it does.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/output.h"
#include "common/error.h"

namespace signet::cli {

/// An option "--name" of a verb.
struct Flag {
  std::string_view name;
  std::string_view value;    ///< what stands for its value in the help ("FILE"); empty: it has none
  std::string_view text;     ///< one line of explanation
  std::string_view alias{};  ///< another name for the same, as cosign calls it
  bool repeats = false;      ///< may be given several times
  char letter = '\0';        ///< "-v" as a short form
};

/// The command line of one verb, read.
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view flag) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view flag) const;
  /// Every value of a flag that may be given several times, in their order.
  [[nodiscard]] std::vector<std::string> all(std::string_view flag) const;
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend class ArgumentReader;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> operands_;
};

struct Verb {
  std::string_view name;      ///< "key list"
  std::string_view summary;   ///< one line; empty: the verb is left out of the list of verbs
  std::string_view operands;  ///< "FILE…"; empty: it takes none
  std::string_view help;      ///< what it does, and examples
  std::span<const Flag> flags;
  /// Does it and yields the exit status. Errors are shown and mapped to a status by the caller.
  Result<int> (*run)(const Arguments&, const Output&);
};

/// Reads what stands behind the verb. Every verb knows --help and, unless it is hidden, --json.
///
/// @error InvalidRequest  an unknown, wrongly repeated or abbreviated option, one without its value, or operands where
/// there are none
[[nodiscard]] Result<Arguments> parse_arguments(const Verb& verb, std::span<const std::string> words);

/// The verb's page of help.
[[nodiscard]] std::string help_text(const Verb& verb);

}  // namespace signet::cli
