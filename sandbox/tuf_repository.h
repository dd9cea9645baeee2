// The sandbox's TUF repository: its trusted root and signing config as targets, signed by one key in every role.
//
//   tuf/1.root.json, timestamp.json, N.snapshot.json, N.targets.json     as they are served, consistent snapshots
//   tuf/targets/<sha256>.<name>                                          the targets
//
// Source: TUF specification 1.0.34 §4 and §6.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "common/error.h"
#include "common/time.h"
#include "sandbox/http_server.h"
#include "sandbox/software_key.h"

namespace signet::sandbox {

struct TufContent {
  SoftwareKey key;
  WallTime created{};  ///< of the sandbox: root, snapshot and targets expire ten years later
  std::map<std::string, std::string> targets{};
};

/// Makes the repository in `folder`, or brings it up to date: a new version of targets where a target has changed, and
/// a new timestamp where that is so or half of the time is over for which the old one is good. Old versions stay.
///
/// @error InvalidRequest  a file cannot be written, or what is there is not its own; the remedy says to remove it
[[nodiscard]] Result<void> publish_tuf_repository(const std::filesystem::path& folder, const TufContent& content,
                                                  WallTime now);

/// Serves the files of that folder, and nothing else of it.
[[nodiscard]] HttpHandler make_tuf_api(std::filesystem::path folder);

}  // namespace signet::sandbox
