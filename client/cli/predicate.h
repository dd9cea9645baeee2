// What an attestation says: its type, and the predicate of that type.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::cli {

/// The type as a URI: one as it is, or one of the short names that cosign knows ("slsaprovenance1").
///
/// @error InvalidRequest  neither; the remedy lists the short names
[[nodiscard]] Result<std::string> predicate_type_from(std::string_view text);

/// Reads a predicate: a JSON object, strictly. Its text stays as it is, without white space around it.
///
/// @error InvalidRequest  it cannot be read, is not strict JSON, or is no object; the message names the file, and the
///                        byte at which the JSON is wrong
/// @error LimitExceeded   it is larger than the agent takes
[[nodiscard]] Result<std::string> read_predicate(const std::filesystem::path& file);

}  // namespace signet::cli
