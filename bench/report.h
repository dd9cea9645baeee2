// What a run found, for a terminal, for docs/benchmarks.md and for programs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/record.h"
#include "common/error.h"

namespace signet::bench {

/// Why a bar is missed, by its key.
using Explanations = std::map<std::string, std::string, std::less<>>;

/// Lines "KEY: TEXT"; "#" begins a comment.
///
/// @error InvalidRequest  it cannot be read, or a key is no bar's
[[nodiscard]] Result<Explanations> read_explanations(const std::filesystem::path& file);

/// Each bar on a line with what was measured and pass or miss, then why for each miss.
[[nodiscard]] std::string text_report(const Record& record, const Explanations& explanations);
[[nodiscard]] std::string markdown_report(const Record& record, const Explanations& explanations,
                                          const std::vector<Fact>& machine);
/// One object, schema "signet.bench/1".
[[nodiscard]] std::string json_report(const Record& record, const std::vector<Fact>& machine);

}  // namespace signet::bench
