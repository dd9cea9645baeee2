#include "client/cli/git_trial.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/cli/git_command.h"
#include "client/cli/git_configuration.h"
#include "client/cli/git_trial_error.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::cli {
namespace {

/// A PIN and a touch fit into it, and every service of a signature.
constexpr std::chrono::seconds kSigningTime{300};
constexpr std::chrono::seconds kGitTime{30};
constexpr std::size_t kMaxSaid = std::size_t{64} * 1024;
constexpr std::string_view kMessage = "signet git setup: one commit to try it\n";

// What mkdtemp(3) puts in the place of the last six.
constexpr std::string_view kFolderName = "trial-XXXXXX";
constexpr std::size_t kPrefix = kFolderName.find('X');

bool is_trial(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (name.size() != kFolderName.size() || !name.starts_with(kFolderName.substr(0, kPrefix))) return false;
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == ::geteuid();
}

// A folder that goes with what is in it.
class TrialFolder {
 public:
  static Result<TrialFolder> make(const std::filesystem::path& parent) {
    std::string path = (parent / kFolderName).string();
    if (::mkdtemp(path.data()) == nullptr) {
      return fail(ErrorCode::InvalidRequest, display_text(path) + " cannot be made: " + errno_text(errno));
    }
    return TrialFolder(std::move(path));
  }
  TrialFolder(TrialFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TrialFolder& operator=(TrialFolder&&) = delete;
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;
  ~TrialFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TrialFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

std::string quoted_for_shell(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

class Trial {
 public:
  explicit Trial(TrialFolder folder) : folder_(std::move(folder)), said_(folder_.path() / "said") {}

  Result<void> prepare(const std::vector<GitSetting>& settings, const TrialOfSsh& ssh) {
    auto made = git({.arguments = {"init", "-q", "--template=", repository().string()}});
    if (!made) return fail(std::move(made.error()));
    for (const GitSetting& setting : settings) {
      const bool is_program = is_same_git_key(setting.key, "gpg.x509.program");
      auto value = is_program ? write_program(setting.value) : Result<std::string>(setting.value);
      if (!value) return fail(std::move(value.error()));
      if (auto done = set(setting.key, *value); !done) return done;
    }
    if (auto done = set_file("user.signingKey", "key.pub", ssh.key_line); !done) return done;
    return set_file("gpg.ssh.allowedSignersFile", "allowed_signers", ssh.allowed_signer);
  }

  // commit-tree runs no hooks and opens no editor.
  Result<std::string> sign() const {
    const auto tree = git({.arguments = {"hash-object", "-t", "tree", "-w", "--stdin"}, .folder = repository()});
    if (!tree) return fail(tree.error());
    GitCommand command{.arguments = {"commit-tree", "-S", without_line_end(*tree)}, .folder = repository()};
    command.input = kMessage;
    command.forgets_repository = true;
    const auto commit = run_git(command, Deadline::after(kSigningTime));
    if (!commit) return fail(commit.error());
    if (commit->status == 0) return without_line_end(commit->output);
    if (const auto said = read_file(said_, kMaxSaid); said && !said->empty()) return fail(error_of_signer(*said));
    return fail(error_of_git(*commit));
  }

  Result<GitTrial> verify(const std::string& commit) const {
    GitCommand command{.arguments = {"verify-commit", commit}, .folder = repository()};
    command.forgets_repository = true;
    const auto answer = run_git(command, Deadline::after(kGitTime));
    if (!answer) return fail(answer.error());
    GitTrial trial;
    std::istringstream lines(answer->errors);
    for (std::string line; std::getline(lines, line);) trial.text += display_text(line, 1000) + "\n";
    if (answer->status == 0) return trial;
    return fail(ErrorCode::NotVerified, "git signed a commit, but git verify-commit says no:\n" + trial.text);
  }

 private:
  [[nodiscard]] std::filesystem::path repository() const { return folder_.path() / "repository"; }

  [[nodiscard]] Result<void> set(const std::string& key, const std::string& value) const {
    auto done = git({.arguments = {"config", key, value}, .folder = repository()});
    return done ? Result<void>() : Result<void>(fail(std::move(done.error())));
  }

  // A file with that line, where there is one.
  [[nodiscard]] Result<void> set_file(const std::string& key, const char* name, const std::string& line) const {
    if (line.empty()) return {};
    const auto file = folder_.path() / name;
    if (auto done = write_file_atomic(file, line + "\n", 0600); !done) return done;
    return set(key, file.string());
  }

  static std::string without_line_end(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

  static Result<std::string> git(GitCommand command) {
    command.forgets_repository = true;
    return ask_git(command, Deadline::after(kGitTime));
  }

  // Many versions of git keep to themselves what a signer says of its failure (2.39 among them): it is written down.
  [[nodiscard]] Result<std::string> write_program(const std::string& program) const {
    const std::string said = quoted_for_shell(said_.native());
    const std::string script = "#!/bin/sh\n" + quoted_for_shell(program) + " \"$@\" 2>" + said + "\nstatus=$?\ncat " +
                               said + " >&2\nexit $status\n";
    auto file = folder_.path() / "signer";
    if (auto done = write_file_atomic(file, script, 0700); !done) return fail(std::move(done.error()));
    return file.string();
  }

  TrialFolder folder_;
  std::filesystem::path said_;
};

}  // namespace

Result<GitTrial> try_git_settings(const std::vector<GitSetting>& settings, const TrialOfSsh& ssh,
                                  const std::filesystem::path& folder) {
  auto made = TrialFolder::make(folder);
  if (!made) return fail(std::move(made.error()));
  Trial trial(std::move(*made));
  if (auto prepared = trial.prepare(settings, ssh); !prepared) return fail(std::move(prepared.error()));
  const auto commit = trial.sign();
  if (!commit) return fail(commit.error());
  return trial.verify(*commit);
}

void remove_old_trials(const std::filesystem::path& folder) {
  std::error_code trouble;
  std::vector<std::filesystem::path> old;
  for (std::filesystem::directory_iterator entry(folder, trouble), end; !trouble && entry != end;
       entry.increment(trouble)) {
    if (is_trial(entry->path())) old.push_back(entry->path());
  }
  for (const auto& path : old) std::filesystem::remove_all(path, trouble);
}

}  // namespace signet::cli
