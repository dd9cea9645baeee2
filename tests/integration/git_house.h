// A household with a repository, and git as its person uses it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/household.h"

namespace signet::test {

class GitHouse {
 public:
  /// @param hash  of the repository's objects: "sha1" or "sha256"
  explicit GitHouse(Household::Setup setup = {}, std::string_view hash = "sha1");

  /// Runs git in the repository.
  [[nodiscard]] ProcessEnd git(std::vector<std::string> arguments, std::map<std::string, std::string> more = {}) const;
  /// The same where it is to succeed: what it wrote, without the last line end. A failure is one of the test.
  std::string must(std::vector<std::string> arguments) const;
  /// Runs a shell in the repository, which is to succeed.
  std::string must_sh(std::string script) const;

  /// An empty commit, signed.
  void commit(std::string message = "one") const;
  /// `git log -1 --format=FORMAT REVISION`, without the line end.
  [[nodiscard]] std::string log(std::string format, std::string revision = "HEAD") const;
  /// The letter of each commit that HEAD reaches, the newest first: "GGB".
  [[nodiscard]] std::string verdicts(std::string revisions = "HEAD") const;

  /// A revision as `git cat-file` prints it.
  [[nodiscard]] std::string object(std::string revision = "HEAD") const;
  /// Stores an object as it is; its id.
  [[nodiscard]] std::string store(std::string_view object, std::string type = "commit") const;

  /// [verify], the configuration's last section, says from here on whom to expect; a client reads it anew each time.
  void expect_signer(std::string_view san, std::string_view issuer, std::string_view instance = "sandbox") const;
  void expect_nobody() const { replace_verify(""); }
  void replace_verify(std::string_view section) const;

  [[nodiscard]] Household& house() { return house_; }
  [[nodiscard]] const Household& house() const { return house_; }
  [[nodiscard]] const std::filesystem::path& repository() const { return repository_; }

 private:
  Household house_;
  std::filesystem::path repository_;
};

}  // namespace signet::test
