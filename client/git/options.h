// The command line that git (and a person in git's place) gives to a signing program: GnuPG's, short options in
// clusters.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/error.h"

namespace signet::git_program {

enum class Action : unsigned char { Sign, Verify, Help, Version };

struct Options {
  Action action = Action::Help;
  int status_fd = -1;                       ///< -1: no status lines
  std::optional<std::string> local_user{};  ///< -u: a hint, see identity_from_key()
  std::string signature_file{};             ///< Verify
};

/// Reads the arguments behind the program's name. Clusters ("-bsau KEY"), separate options, "--name VALUE" and
/// "--name=VALUE".
///
/// @error InvalidRequest  an option is unknown or lacks its value; neither signing nor verifying is asked for, or both;
/// a signature that is not detached and armored; a --verify without "FILE -"
[[nodiscard]] Result<Options> parse_options(std::span<char* const> arguments);

/// The identity that user.signingKey names: "signet:NAME" is NAME. Git fills in the committer where the user set
/// nothing, so all else leaves the choice to the agent.
[[nodiscard]] std::optional<std::string> identity_from_key(const std::optional<std::string>& key);

}  // namespace signet::git_program
