// Reading and writing whole files: bounded when read, all or nothing when written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "common/secret.h"

namespace signet {

/// Reads a whole regular file.
///
/// @param limit  more bytes than this are an error, not a truncated result
/// @error InvalidRequest  the file cannot be opened or read, is not a regular file; the message names it and says why
/// @error LimitExceeded   it is larger than `limit`
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

/// Reads a file that holds a secret, without a trailing line end. The file must belong to the reader or root and be
/// closed to everybody else (no permission bits for group and others).
///
/// @error InvalidRequest  as read_file(), or the permissions are too wide: the remedy says `chmod 600`
/// @error LimitExceeded   larger than `limit`
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& path, std::size_t limit);

/// Writes a file so that readers see the old content or the new one and never a part: temporary file in the same
/// folder, fsync, rename, fsync of the folder.
///
/// @param mode  permission bits of the new file, for example 0600
/// @error InvalidRequest  any step failed; the old file is unchanged and the temporary one is gone
[[nodiscard]] Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                                             unsigned mode);

/// The same without the last step, for a batch of files: nothing is durable before sync_folder() of their folder.
[[nodiscard]] Result<void> write_file_in_batch(const std::filesystem::path& path, std::string_view content,
                                               unsigned mode);

/// Makes the names in a folder durable (fsync).
///
/// @error InvalidRequest  it cannot be opened or synced
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

/// Makes a folder (and missing parents) that only its owner may enter, or checks that an existing one is such.
///
/// @error InvalidRequest  it cannot be made, belongs to somebody else, or is open to group or others
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& path);

/// The text of an errno value, for messages.
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace signet
