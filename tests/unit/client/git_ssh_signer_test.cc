// Who `signet git setup --format ssh` tells git that a key belongs to.
#include "client/cli/git_ssh_signer.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::cli {
namespace {

using test::expect_refusal;

TEST(SshPrincipal, IsTheIdentitysSanElseGitsAddress) {
  EXPECT_EQ(ssh_principal("jane@example.org", "joe@example.org").value(), "jane@example.org");
  EXPECT_EQ(ssh_principal("", "joe@example.org").value(), "joe@example.org");
  expect_refusal(ssh_principal("", {}), ErrorCode::InvalidRequest, "neither the identity nor git says who signs");
}

// A repository's own configuration may say any address.
TEST(SshPrincipal, IsNoneThatStandsForOthersToo) {
  for (const char* pattern : {"*", "*@example.org", "jane?example.org"}) {
    expect_refusal(ssh_principal("", pattern), ErrorCode::InvalidRequest,
                   "git's user.email \"" + std::string(pattern) + "\" would stand for others, too");
    expect_refusal(ssh_principal(pattern, "joe@example.org"), ErrorCode::InvalidRequest,
                   "the identity's SAN \"" + std::string(pattern) + "\" would stand for others, too");
  }
}

}  // namespace
}  // namespace signet::cli
