// One commit that git signs and verifies with a configuration that is not written yet, in a repository that goes again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/error.h"

namespace signet::cli {

/// One key of git's configuration and the value that it is to have.
struct GitSetting {
  std::string key;
  std::string value;
};

/// What files of ssh's will hold; both empty for other formats.
struct TrialOfSsh {
  std::string key_line;        ///< of user.signingKey
  std::string allowed_signer;  ///< of gpg.ssh.allowedSignersFile
};

struct GitTrial {
  std::string text;  ///< what the verification said, for people; safe to show
};

/// Signs and verifies a commit as git will with these settings on top of the user's and the system's configuration. It
/// takes one signature of the token, and a log has its entry for ever.
///
/// @param ssh     what counts in the place of the settings' own files, which need not be there yet
/// @param folder  a private one that stays; the repository lies in it and is removed in the end
/// @error  why nothing was signed, as signet-git or git said it; NotVerified  signed, but the signature is not good
[[nodiscard]] Result<GitTrial> try_git_settings(const std::vector<GitSetting>& settings, const TrialOfSsh& ssh,
                                                const std::filesystem::path& folder);

/// Removes what trials left in that folder that were ended before they could: whoever calls it is the only one who
/// makes any. Nothing but folders of ours goes, and no link is followed.
void remove_old_trials(const std::filesystem::path& folder);

}  // namespace signet::cli
