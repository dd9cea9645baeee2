#include "client/cli/configuration_edit.h"

#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/file.h"

namespace signet::cli {
namespace {

constexpr std::size_t kMaxConfiguration = std::size_t{1} * 1024 * 1024;
constexpr mode_t kNewFile = 0600;

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy) {
  return fail(ErrorCode::InvalidRequest, display_text(path.native()) + ": " + why, std::move(remedy));
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<std::string> read_if_there(const std::filesystem::path& file) {
  return is_there(file) ? read_file(file, kMaxConfiguration) : Result<std::string>("");
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat facts{};
  return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777U : kNewFile;
}

// A link that leads nowhere would be replaced by a file, and one that its owner closed would be opened by the rename.
Result<std::filesystem::path> file_behind(const std::filesystem::path& path) {
  std::error_code trouble;
  if (!is_there(path)) {
    if (!std::filesystem::is_symlink(path, trouble)) return path;
    return refuse(path, "is a link that leads to no file", "make the file that it leads to, or remove the link");
  }
  auto file = std::filesystem::canonical(path, trouble);
  if (trouble) return refuse(path, trouble.message(), "");
  if ((mode_of(file) & S_IWUSR) != 0) return file;
  return refuse(path, "is read-only", "chmod u+w " + display_text(file.native()));
}

}  // namespace

Result<ConfigurationEdit> ConfigurationEdit::begin(std::filesystem::path path, Deadline deadline) {
  auto file = file_behind(path);
  if (!file) return fail(std::move(file.error()));
  const std::filesystem::path folder = path.parent_path();
  if (!is_there(folder)) {
    if (auto made = make_private_folder(folder); !made && !is_there(folder)) return fail(std::move(made.error()));
  }
  auto lock =
      FileLock::take(folder / ("." + path.filename().string() + ".lock"), display_text(path.native()), deadline);
  if (!lock) return fail(std::move(lock.error()));
  auto text = read_if_there(*file);
  if (!text) return fail(std::move(text.error()));
  return ConfigurationEdit(std::move(*lock), std::move(path), std::move(*file), std::move(*text));
}

Result<void> ConfigurationEdit::replace(const std::string& text) const {
  const auto there = read_if_there(file_);
  if (!there) return fail(there.error());
  if (*there != text_) {
    return refuse(path_, "was changed by another program meanwhile, and is left as it is", "run the command again");
  }
  return write_file_atomic(file_, text, mode_of(file_));
}

}  // namespace signet::cli
