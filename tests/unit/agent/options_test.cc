#include "agent/front/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/expect_refusal.h"

namespace signet::agent {
namespace {

using Arguments = std::vector<std::string_view>;

TEST(AgentOptions, AreAllOptional) {
  const auto options = parse_options(Arguments{});
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->config || options->socket || options->state || options->ready_fd);
  EXPECT_FALSE(options->help || options->version);
}

TEST(AgentOptions, SayWhereThingsLie) {
  const auto options =
      parse_options(Arguments{"--config", "c", "--socket", "/s", "--state-dir", "--x", "--ready-fd", "3"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config, "c");
  EXPECT_EQ(options->socket, "/s");
  EXPECT_EQ(options->state, "--x");
  EXPECT_EQ(options->ready_fd, 3);
}

TEST(AgentOptions, AskForHelpAndVersion) {
  EXPECT_TRUE(parse_options(Arguments{"--help"}).value().help);
  EXPECT_TRUE(parse_options(Arguments{"-h"}).value().help);
  EXPECT_TRUE(parse_options(Arguments{"--version"}).value().version);
  EXPECT_TRUE(parse_options(Arguments{"--version", "--json"}).value().json);
}

TEST(AgentOptions, AreRefusedWhereTheyAreWrong) {
  const auto refuses = [](const Arguments& arguments, std::string_view reason) {
    test::expect_refusal(parse_options(arguments), ErrorCode::InvalidRequest, reason);
  };
  refuses({"serve"}, "unknown argument serve");
  refuses({"--sockets", "/s"}, "unknown argument --sockets");
  refuses({"--\x1b"}, "unknown argument --\xef\xbf\xbd");
  refuses({"--socket"}, "--socket needs a value");
  refuses({"--socket", ""}, "--socket needs a value");
  refuses({"--json"}, "--json goes with --version");
  refuses({"--socket", "/a", "--socket", "/b"}, "--socket is given twice");
  for (const char* number : {"-1", "x", "3x", "99999999999", " 3"}) {
    refuses({"--ready-fd", number}, "--ready-fd takes the number of a descriptor");
  }
}

TEST(AgentOptions, HaveAHelpThatNamesEachOfThem) {
  for (const char* option :
       {"--config FILE", "--socket PATH", "--state-dir DIR", "--ready-fd N", "--version [--json]", "--help"}) {
    EXPECT_THAT(std::string(help_text()), testing::HasSubstr(option));
  }
}

}  // namespace
}  // namespace signet::agent
