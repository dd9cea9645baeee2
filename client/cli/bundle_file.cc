#include "client/cli/bundle_file.h"

#include "common/file.h"
#include "sigstore/bundle/bundle.h"

namespace signet::cli {

std::filesystem::path bundle_path(const std::filesystem::path& file) { return file.native() + ".sigstore.json"; }

Result<std::string> read_bundle(const std::filesystem::path& path) {
  auto text = read_file(path, sigstore::kMaxBundle);
  if (!text && text.error().remedy.empty()) {
    text.error().remedy = "a file's signature lies beside it as FILE.sigstore.json; name another place with --bundle";
  }
  return text;
}

Result<void> write_bundle(const std::filesystem::path& path, std::string_view json) {
  std::string text(json);
  if (!text.ends_with('\n')) text += '\n';
  return write_file_atomic(path, text, 0644);
}

}  // namespace signet::cli
