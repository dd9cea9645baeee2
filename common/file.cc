#include "common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/unique_fd.h"

namespace signet {
namespace {

std::unexpected<Error> refuse(const std::filesystem::path& path, std::string_view why, std::string remedy = {}) {
  return fail(ErrorCode::InvalidRequest, path.string() + ": " + std::string(why), std::move(remedy));
}

Result<UniqueFd> open_regular(const std::filesystem::path& path, struct stat& facts) {
  // O_NONBLOCK so that a FIFO in the file's place cannot make the open wait.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return refuse(path, errno_text(errno));
  if (::fstat(fd.get(), &facts) != 0) return refuse(path, errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "not a regular file");
  return fd;
}

// `text` keeps its one allocation, so that a secret leaves no copies behind.
Result<void> read_all(int fd, const std::filesystem::path& path, std::size_t limit, std::size_t expected,
                      std::string& text) {
  text.reserve(std::min(limit, expected) + 1);
  std::array<char, 16384> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(path, errno_text(errno));
    if (got == 0) break;
    if (text.size() + static_cast<std::size_t>(got) > limit) {
      wipe(buffer.data(), buffer.size());
      return fail(ErrorCode::LimitExceeded, path.string() + ": larger than " + std::to_string(limit) + " bytes");
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  wipe(buffer.data(), buffer.size());
  return {};
}

Result<void> write_all(int fd, const std::filesystem::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return refuse(path, errno_text(errno));
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// Closed to others whatever the umask says, as what will lie in them is believed only where nobody else may write. What
// goes wrong shows in the folder itself.
void make_missing_parents(const std::filesystem::path& path) {
  std::filesystem::path parent;
  for (const auto& name : path.parent_path()) {
    parent /= name;
    (void)::mkdir(parent.c_str(), 0700);
  }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

std::string errno_text(int error_number) { return std::error_code(error_number, std::generic_category()).message(); }

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  struct stat facts{};
  auto fd = open_regular(path, facts);
  if (!fd) return fail(std::move(fd.error()));
  std::string text;
  if (auto read = read_all(fd->get(), path, limit, static_cast<std::size_t>(facts.st_size), text); !read) {
    return fail(std::move(read.error()));
  }
  return text;
}

Result<Secret> read_secret_file(const std::filesystem::path& path, std::size_t limit) {
  struct stat facts{};
  auto fd = open_regular(path, facts);
  if (!fd) return fail(std::move(fd.error()));
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) return refuse(path, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) {
    return refuse(path, "a secret that group or others may read", "chmod 600 " + path.string());
  }
  std::string text;
  auto read = read_all(fd->get(), path, limit, limit, text);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  Secret secret(std::move(text));
  if (!read) return fail(std::move(read.error()));
  return secret;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return refuse(folder, errno_text(errno));
  return {};
}

Result<void> write_file_in_batch(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  std::string temporary = (folder_of(path) / (".signet-" + path.filename().string() + "-XXXXXX")).string();
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return refuse(path, errno_text(errno));
  auto written = write_all(fd.get(), path, content);
  if (written && (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0 || ::fsync(fd.get()) != 0 ||
                  ::rename(temporary.c_str(), path.c_str()) != 0)) {
    written = refuse(path, errno_text(errno));
  }
  if (!written) ::unlink(temporary.c_str());
  return written;
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  if (auto written = write_file_in_batch(path, content, mode); !written) return written;
  return sync_folder(folder_of(path));
}

Result<void> make_private_folder(const std::filesystem::path& path) {
  make_missing_parents(path);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return refuse(path, errno_text(errno));
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return refuse(path, errno_text(errno));
  if (!S_ISDIR(facts.st_mode)) return refuse(path, "not a folder");
  if (facts.st_uid != ::geteuid()) return refuse(path, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) return refuse(path, "open to group or others", "chmod 700 " + path.string());
  return {};
}

}  // namespace signet
