#include "client/cli/bundle_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "sigstore/bundle/bundle.h"

namespace signet::cli {
namespace {

constexpr std::string_view kSuffix = ".sigstore.json";
constexpr std::string_view kLines = ".jsonl";

std::unexpected<Error> no_place(const std::filesystem::path& path, std::string_view why) {
  return fail(ErrorCode::InvalidRequest,
              "the bundle " + display_text(path.native()) + " cannot be written: " + std::string(why),
              "name another place with --bundle FILE, or work in a folder that you may write");
}

std::string remedy_for(const Error& error, const std::filesystem::path& path) {
  if (error.code == ErrorCode::LimitExceeded) {
    return "no bundle is that large: is it another file? name the bundle with --bundle FILE";
  }
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    return "a bundle is read from a regular file alone: write what a pipe or device holds into one, and name that";
  }
  return "a file's signature lies beside it as FILE.sigstore.json; name another place with --bundle FILE";
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
  text.error().remedy = remedy_for(text.error(), path);
  return text;
}

std::filesystem::path find_bundle(const std::filesystem::path& name) {
  for (const std::string_view suffix : {".sigstore.json", ".sigstore", ".sigstore.jsonl"}) {
    std::filesystem::path path = name.native() + std::string(suffix);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return name.native() + std::string(kSuffix);
}

Result<std::vector<std::string>> read_bundles(const std::filesystem::path& path) {
  auto text = read_bundle(path);
  if (!text) return fail(std::move(text.error()));
  if (!path.native().ends_with(kLines)) return std::vector<std::string>{std::move(*text)};
  std::vector<std::string> lines;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (lines.size() <= kMaxBundleLines) continue;
    return fail(ErrorCode::LimitExceeded,
                display_text(path.native()) + " has more than " + std::to_string(kMaxBundleLines) + " bundles",
                "name the one that you mean with --bundle FILE");
  }
  if (!lines.empty()) return lines;
  return fail(ErrorCode::InvalidRequest, display_text(path.native()) + " holds no bundle",
              "a .jsonl file has a bundle on each line");
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
