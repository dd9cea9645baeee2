#include "config/ownership.h"

#include "common/file.h"
#include "common/owned_path.h"

namespace signet::config {

Result<std::string> read_owned_file(const std::filesystem::path& path, std::size_t limit) {
  const auto file = resolve_owned(path);
  if (!file) return fail(file.error());
  return read_file(*file, limit);
}

}  // namespace signet::config
