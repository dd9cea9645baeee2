// Where a token's PIN comes from: `pin` and `pin_keep` of a [token.*]. Private to config/.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>

#include "config/configuration.h"
#include "config/table_reader.h"

namespace signet::config {

/// Reads the table `pin`: exactly one of file, credential and prompt. What is wrong is recorded in the reader.
///
/// @param folder  of the configuration: a relative file lies there
[[nodiscard]] PinSource read_pin(TableReader& table, const std::filesystem::path& folder);

/// Reads `pin_keep` of the token's own table, which is for prompts alone.
void read_pin_keep(PinSource& pin, TableReader& table);

/// "30s", "15m", "8h": 1 second to 31 days. Nothing where it is none.
[[nodiscard]] std::optional<std::chrono::seconds> parse_span(std::string_view text);

}  // namespace signet::config
