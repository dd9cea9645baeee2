// What git has to be told so that it signs with signet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/git_configuration.h"
#include "client/cli/git_trial.h"
#include "common/error.h"

namespace signet::cli {

enum class GitFormat : std::uint8_t { X509, Ssh };

struct SetupWish {
  GitFormat format = GitFormat::X509;
  std::optional<std::string> identity{};  ///< nothing: git's committer chooses it; x509: at each signature, ssh: now
  bool commits = true;                    ///< every commit, not only where -S asks
  bool tags = false;                      ///< every tag, too
};

struct SetupPlan {
  std::vector<GitSetting> settings;  ///< in the order in which they are shown
  std::string key_line{};            ///< ssh: the public key, as git and ssh-keygen read it from a file
  std::filesystem::path key_file{};  ///< ssh: ours, for that line: what user.signingKey names
  std::string allowed_signer{};      ///< ssh: the line by which git knows whose the key is
  std::filesystem::path
      signers_file{};  ///< ssh: ours, which gets the line; empty: the user's own, which is not touched
  std::filesystem::path agent_socket{};  ///< ssh: where SSH_AUTH_SOCK has to lead
};

/// @param entries  what git is told already
/// @param folder   where the files with the key and with the allowed signers are kept; absolute
/// @error WorkerFailed      signet-git is not where it belongs
/// @error IdentityNotFound  ssh: no identity fits, or several do; it lists them
/// @error KeyUnsuitable     ssh: the identity is not for ssh
/// @error those of the agent, which for ssh knows the key
[[nodiscard]] Result<SetupPlan> plan_setup(const SetupWish& wish, const std::vector<GitEntry>& entries,
                                           const std::filesystem::path& folder);

/// Writes the key's own file, whose name says which key it is.
///
/// @error InvalidRequest  it cannot be written
[[nodiscard]] Result<void> write_key_file(const SetupPlan& plan);

/// Adds the line to the file where it is not in it.
///
/// @error InvalidRequest  the file cannot be read or written
[[nodiscard]] Result<void> add_allowed_signer(const std::filesystem::path& file, const std::string& line);

}  // namespace signet::cli
