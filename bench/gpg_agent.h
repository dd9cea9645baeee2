// GnuPG with a key in software: what most signed commits are signed with.
#pragma once

#include <map>
#include <string>

#include "tests/support/temporary_folder.h"

namespace signet::bench {

/// A GNUPGHOME of its own with one P-256 key without a passphrase. gpg starts the agent by itself; the destructor ends
/// it. Ends the program where GnuPG makes no key.
class GpgAgent {
 public:
  GpgAgent();
  ~GpgAgent();
  GpgAgent(const GpgAgent&) = delete;
  GpgAgent& operator=(const GpgAgent&) = delete;

  /// GNUPGHOME.
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  /// For user.signingKey.
  [[nodiscard]] std::string signing_key() const;

 private:
  test::TemporaryFolder folder_;
};

}  // namespace signet::bench
