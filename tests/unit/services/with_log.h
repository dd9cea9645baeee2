// The sandbox's log, a record for it, and what a test does with both.
#pragma once

#include <chrono>
#include <string_view>

#include "sandbox/software_key.h"
#include "sigstore/services/rekor.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::test {

class WithLog : public WithSandbox {
 protected:
  WithLog();

  Result<sigstore::LogEntry> upload(Deadline deadline = Deadline::after(std::chrono::seconds(20)));
  /// The entry is that of the record, and in the log.
  void expect_verified(const Result<sigstore::LogEntry>& entry);
  void expect_lie_refused(std::string_view lie, std::string_view part);

  /// Appends entries of others.
  void grow(int entries);
  [[nodiscard]] std::int64_t log_size();

  int grown_ = 0;
  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  sigstore::HashedRekord record_;
};

}  // namespace signet::test
