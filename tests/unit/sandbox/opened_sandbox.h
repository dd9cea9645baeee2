// A sandbox in one test's own folder that serves nobody, on a clock that the test sets.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "sandbox/sandbox.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {

class OpenedSandbox : public testing::Test {
 protected:
  OpenedSandbox() { open(); }

  /// As after a restart.
  void reopen() {
    sandbox_.reset();
    open();
  }

  [[nodiscard]] sigstore::TrustedRoot trusted_root() const {
    auto root = sigstore::parse_trusted_root(sandbox_->trusted_root());
    if (!root) std::abort();
    return std::move(*root);
  }

  test::TemporaryFolder folder_;
  FixedClock clock_{wall_time_from_unix(1'800'000'000)};
  std::unique_ptr<Sandbox> sandbox_;

 private:
  void open() {
    auto opened = Sandbox::open(folder_ / "d", clock_);
    if (!opened) std::abort();
    sandbox_ = std::move(*opened);
  }
};

}  // namespace signet::sandbox
