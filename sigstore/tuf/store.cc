#include "sigstore/tuf/store.h"

#include <system_error>

#include "common/file.h"

namespace signet::sigstore::tuf {

Result<std::optional<std::string>> FolderStore::read(const std::string& name, std::size_t limit) const {
  const std::filesystem::path path = folder_ / name;
  std::error_code trouble;
  const auto status = std::filesystem::symlink_status(path, trouble);
  if (status.type() == std::filesystem::file_type::not_found) return std::nullopt;
  auto text = read_file(path, limit);
  if (!text) return fail(std::move(text.error()));
  return std::move(*text);
}

Result<void> FolderStore::write(const std::string& name, std::string_view content) {
  const std::filesystem::path path = folder_ / name;
  if (path.parent_path() != folder_) {
    if (auto made = make_private_folder(path.parent_path()); !made) return made;
    if (auto synced = sync_folder(folder_); !synced) return synced;
  }
  return write_file_atomic(path, content, 0600);
}

}  // namespace signet::sigstore::tuf
