// D26: what asks the agent is light, and opens nothing but its socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "common/file.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LightClient, LoadsNoCryptographyNoNetworkNoToken) {
  const auto loaded = run({.arguments = {"ldd", program("signet-git")}}, Deadline::after(std::chrono::minutes(1)));
  ASSERT_EQ(loaded.status, 0) << loaded.errors;
  EXPECT_THAT(loaded.output, HasSubstr("libc.so"));
  EXPECT_THAT(loaded.output, Not(ContainsRegex("crypto|ssl|curl|p11|pcsc")));
}

TEST(LightClient, CommittingOpensUnixSocketsOnly) {
  Household house;
  const auto repository = house.make_repository("repo");
  const auto trace = house.folder() / "trace";
  // A leak checker cannot look into a program that is being traced.
  const auto committed = house.run({"strace", "-f", "-qq", "-e", "trace=openat,socket,connect", "-o", trace.string(),
                                    "git", "commit", "-q", "--allow-empty", "-S", "-m", "traced"},
                                   repository, {{"ASAN_OPTIONS", "detect_leaks=0"}});
  ASSERT_EQ(committed.status, 0) << committed.errors;
  const auto text = read_file(trace, std::size_t{16} << 20U);
  ASSERT_TRUE(text);
  int sockets = 0;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, Not(HasSubstr("libcrypto")));
    if (line.find(" socket(") == std::string::npos) continue;
    ++sockets;
    EXPECT_THAT(line, HasSubstr("socket(AF_UNIX"));
  }
  EXPECT_GT(sockets, 0) << "the trace shows the connection to the agent";
  EXPECT_THAT(*text, HasSubstr("sun_path=\"" + house.socket().string()));
}

}  // namespace
}  // namespace signet::test
