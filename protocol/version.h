// What a program of ours says about itself: its version, what it can do (D18), and the libraries that it runs with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace signet::protocol {

/// What the socket offers beyond the interface's first version. Status lists it, `--version` shows it, and a client
/// sends a newer field only where the agent lists its feature.
[[nodiscard]] const std::vector<std::string>& features();

/// A library as it was found when the program started, for example {"OpenSSL", "3.0.17"}.
struct Library {
  std::string name;
  std::string version;
};

/// What `PROGRAM --version` prints: "signet 0.1.0", then a line of features and one of libraries.
[[nodiscard]] std::string version_text(std::string_view program, const std::vector<Library>& libraries);

/// The same for `--version --json`: {"schema": "signet.version/1", "program", "version", "features",
/// "libraries": {NAME: VERSION}}.
[[nodiscard]] json::Object describe_version(std::string_view program, const std::vector<Library>& libraries);

}  // namespace signet::protocol
