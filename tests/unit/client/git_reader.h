// What each version of git concludes from the answer of a verifying program.
//
// As git's source has it: gpg-interface.c (parse_gpg_output(), check_signature(), verify_signed_buffer(), which is
// verify_gpg_signed_buffer() since 2.34), pretty.c (format_commit_one()) and builtin/verify-commit.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::test {

/// Versions from this one up to the next in the list conclude alike.
struct GitVersion {
  enum class NoTrust : std::uint8_t { Empty, Abort, Undefined };

  int minor;                       ///< of 2.*
  bool by_line;                    ///< 2.20: line by line, two verdicts are none; before, each word wherever it stands
  bool has_levels;                 ///< 2.26: trust is a level beside the verdict, and there are %GT and minTrustLevel
  bool primary_on_line = true;     ///< 2.25: the primary fingerprint is looked for in its own line alone
  bool reads_the_silent = true;    ///< 2.34: a failure is read also where standard error is empty
  NoTrust no_trust;                ///< %GT without a line of trust
  bool takes_expired_key = false;  ///< 2.54: EXPKEYSIG is as good as GOODSIG
};

/// Since 2.19, the first that knows x509; the oldest first.
[[nodiscard]] const std::vector<GitVersion>& git_versions();

struct GitAnswer {
  std::string status;          ///< standard output
  std::string words = "said";  ///< standard error
  int exit = 0;
};

/// Placeholders as `git log` shows them: "%GF" itself where the version does not know it.
struct GitReading {
  std::string letter;       ///< %G?
  std::string signer;       ///< %GS
  std::string key;          ///< %GK
  std::string fingerprint;  ///< %GF
  std::string primary;      ///< %GP
  std::string trust;        ///< %GT; "BUG" where git ends with that
  int verify_exit = 1;      ///< of git verify-commit and git verify-tag
  bool operator==(const GitReading&) const = default;
};
void PrintTo(const GitReading& reading, std::ostream* out);

/// @param min_trust  gpg.minTrustLevel: "MARGINAL"; empty: unset
[[nodiscard]] GitReading read_as(const GitVersion& version, const GitAnswer& answer, std::string_view min_trust = "");

}  // namespace signet::test
