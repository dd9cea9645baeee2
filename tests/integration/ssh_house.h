// A household whose agent serves ssh, too, and OpenSSH's own programs as its clients.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/household.h"
#include "tests/support/process.h"

namespace signet::test {

class SshHouse {
 public:
  /// @param setup  its `use` is for ssh where it says nothing else
  explicit SshHouse(Household::Setup setup = {});

  [[nodiscard]] Household& house() { return house_; }
  [[nodiscard]] const Household& house() const { return house_; }
  [[nodiscard]] std::filesystem::path socket() const { return house_.folder() / "run/ssh.sock"; }

  /// Runs a program with SSH_AUTH_SOCK.
  [[nodiscard]] ProcessEnd run(std::vector<std::string> arguments, const std::filesystem::path& directory = {},
                               std::map<std::string, std::string> more = {}) const;

  /// Writes what `ssh-add -L` prints to a file, and who that is to another one, as ssh-keygen wants them.
  [[nodiscard]] std::filesystem::path write_key() const;
  [[nodiscard]] std::filesystem::path write_allowed_signers() const;

  /// `ssh-keygen -Y sign`; the signature lies in "FILE.sig".
  [[nodiscard]] ProcessEnd sign(std::string_view name_space, const std::filesystem::path& file,
                                const std::vector<std::string>& more = {}) const;
  /// `ssh-keygen -Y verify` of what sign() made.
  [[nodiscard]] ProcessEnd verify(std::string_view name_space, const std::filesystem::path& file) const;

  /// The audit log's last lines, in one text.
  [[nodiscard]] std::string audited() const;

 private:
  Household house_;
};

}  // namespace signet::test
