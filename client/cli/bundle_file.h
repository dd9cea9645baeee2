// Where a file's bundle lies, and how it is read and written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::cli {

/// "FILE.sigstore.json": a signature beside its file, as cosign names it.
[[nodiscard]] std::filesystem::path bundle_path(const std::filesystem::path& file);
/// "FILE.intoto.sigstore.json": an attestation, which may stand beside a signature of the same file.
[[nodiscard]] std::filesystem::path attestation_path(const std::filesystem::path& file);
/// True where the name is one of those: a bundle itself.
[[nodiscard]] bool is_bundle_name(const std::filesystem::path& file);

/// The first of NAME.sigstore.json, NAME.sigstore (as older clients wrote it) and NAME.sigstore.jsonl that is there;
/// where none is, the first. `name` is a file, or "FILE.intoto".
[[nodiscard]] std::filesystem::path find_bundle(const std::filesystem::path& name);

/// @error InvalidRequest, LimitExceeded  as read_file(); the remedy says what is expected there
[[nodiscard]] Result<std::string> read_bundle(const std::filesystem::path& path);

/// The bundles of a file: one, or of a .jsonl file that of each line, at least one.
///
/// @error InvalidRequest, LimitExceeded  as read_bundle(), no line, or more than kMaxBundleLines
[[nodiscard]] Result<std::vector<std::string>> read_bundles(const std::filesystem::path& path);
inline constexpr std::size_t kMaxBundleLines = 100;

/// Looks whether write_bundle() can succeed, before a token is touched for what could not be kept.
///
/// @error InvalidRequest  its folder is not there or may not be written, or something else than a file has that name
[[nodiscard]] Result<void> check_bundle_place(const std::filesystem::path& path);

/// Writes a bundle so that a reader sees the old one or the new one. An existing one is replaced.
///
/// @error Cancelled  it could not be written (no room, no permission); nothing of it stays, an old one is unchanged
[[nodiscard]] Result<void> write_bundle(const std::filesystem::path& path, std::string_view json);

}  // namespace signet::cli
