// Where a file's bundle lies, and how it is read and written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::cli {

/// "FILE.sigstore.json": beside the file, as cosign names it.
[[nodiscard]] std::filesystem::path bundle_path(const std::filesystem::path& file);

/// @error InvalidRequest, LimitExceeded  as read_file(); the remedy says what is expected there
[[nodiscard]] Result<std::string> read_bundle(const std::filesystem::path& path);

/// Writes a bundle so that a reader sees the old one or the new one. An existing one is replaced.
///
/// @error InvalidRequest  it could not be written; an old one is unchanged
[[nodiscard]] Result<void> write_bundle(const std::filesystem::path& path, std::string_view json);

}  // namespace signet::cli
