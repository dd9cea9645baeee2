// Repositories that a bench commits to.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/house.h"
#include "bench/rounds.h"

namespace signet::bench {

/// Who signs there, and how git is told so.
struct Signer {
  std::string name;                                  ///< of the repository
  std::map<std::string, std::string> settings{};     ///< of git, besides those of Household::make_repository()
  std::map<std::string, std::string> environment{};  ///< besides the household's
};

class Repository {
 public:
  /// Ends the program where git does not make it. Outlives no household.
  Repository(const test::Household& household, const Signer& signer);

  /// Runs git to its end; the end of the program where it fails.
  [[nodiscard]] Operation git(std::vector<std::string> arguments) const;

 private:
  std::filesystem::path path_;
  std::map<std::string, std::string> environment_;
};

/// gpg.format=ssh by OpenSSH's agent, with the key of the house.
[[nodiscard]] Signer ssh_agent_signer(const House& house, std::string name);
/// The same by signet's socket for ssh.
[[nodiscard]] Signer signet_ssh_signer(const House& house, std::string name);

}  // namespace signet::bench
