// What git runs to verify, with two sandboxes that may have signed: the answer's lines, its words, its exit status.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/time.h"
#include "sandbox/sandbox.h"
#include "tests/support/process.h"
#include "tests/support/sandbox_signer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet::test {

inline constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n"
    "\n"
    "first\n";

/// A sandbox at a fixed time: a verifier has no clock, only the times in the signature.
struct FixedServices {
  FixedClock clock{parse_rfc3339("2026-01-31T12:00:00Z").value()};
  TemporaryFolder folder;
  std::unique_ptr<sandbox::Sandbox> sandbox = sandbox::Sandbox::open(folder / "sandbox", clock).value();
  SandboxSigner signer{*sandbox};
};

class GitVerifier {
 public:
  /// The configuration: the instances "one" and "other", and these sections.
  void configure(const std::string& verify) const;
  void expect_signer(std::string_view san, std::string_view issuer, std::string_view instance = "one") const;

  /// `signet git-verify`, as signet-git calls it. That an agent was asked is a failure of the test.
  ProcessEnd verify(const std::string& armored, std::string_view object = kCommit);

 protected:
  TemporaryFolder folder_;
  ScriptedAgent agent_;
  FixedServices one_;
  FixedServices other_;
  std::string signature_;  ///< of kCommit, by one_

  GitVerifier();
};

}  // namespace signet::test
