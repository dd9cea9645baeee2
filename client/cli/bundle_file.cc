#include "client/cli/bundle_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "sigstore/bundle/bundle.h"

namespace signet::cli {
namespace {

constexpr std::string_view kSuffix = ".sigstore.json";

std::unexpected<Error> no_place(const std::filesystem::path& path, std::string_view why) {
  return fail(ErrorCode::InvalidRequest,
              "the bundle " + display_text(path.native()) + " cannot be written: " + std::string(why),
              "name another place with --bundle FILE, or work in a folder that you may write");
}

}  // namespace

std::filesystem::path bundle_path(const std::filesystem::path& file) { return file.native() + std::string(kSuffix); }

std::filesystem::path attestation_path(const std::filesystem::path& file) {
  return file.native() + ".intoto" + std::string(kSuffix);
}

bool is_bundle_name(const std::filesystem::path& file) { return file.native().ends_with(kSuffix); }

Result<std::string> read_bundle(const std::filesystem::path& path) {
  auto text = read_file(path, sigstore::kMaxBundle);
  if (text || !text.error().remedy.empty()) return text;
  text.error().remedy =
      text.error().code == ErrorCode::LimitExceeded
          ? "no bundle is that large: is it another file? name the bundle with --bundle FILE"
          : "a file's signature lies beside it as FILE.sigstore.json; name another place with --bundle FILE";
  return text;
}

Result<void> check_bundle_place(const std::filesystem::path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    return no_place(path, "something else than a regular file has that name");
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return no_place(path, display_text(folder.native()) + ": " + errno_text(errno));
  }
  return {};
}

Result<void> write_bundle(const std::filesystem::path& path, std::string_view json) {
  std::string text(json);
  if (!text.ends_with('\n')) text += '\n';
  auto written = write_file_atomic(path, text, 0644);
  if (written) return written;
  // Not the request was wrong: it was done, and its result has no place here.
  Error error = std::move(written.error());
  error.code = ErrorCode::Cancelled;
  error.what = "the bundle cannot be written: " + error.what;
  error.remedy = "make room or a place for it, or name one with --bundle, and sign again";
  return fail(std::move(error));
}

}  // namespace signet::cli
