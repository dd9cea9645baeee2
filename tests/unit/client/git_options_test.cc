#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/git/options.h"
#include "client/git/sign.h"
#include "client/lib/gnupg_status.h"

namespace signet::git_program {
namespace {

using testing::HasSubstr;

Result<Options> parse(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return parse_options(pointers);
}

TEST(GitOptions, ReadsTheLineThatGitWritesForSigning) {
  const auto options = parse({"--status-fd=2", "-bsau", "A U Thor <a@example.org>"});
  ASSERT_TRUE(options) << options.error().what;
  EXPECT_EQ(options->action, Action::Sign);
  EXPECT_EQ(options->status_fd, 2);
  EXPECT_EQ(options->local_user, "A U Thor <a@example.org>");
}

TEST(GitOptions, ReadsTheLineThatGitWritesForVerifying) {
  const auto options = parse({"--status-fd=1", "--verify", "/tmp/.git_vtag_tmpX", "-"});
  ASSERT_TRUE(options) << options.error().what;
  EXPECT_EQ(options->action, Action::Verify);
  EXPECT_EQ(options->status_fd, 1);
  EXPECT_EQ(options->signature_file, "/tmp/.git_vtag_tmpX");
}

TEST(GitOptions, ReadsSeparateAndLongOptions) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-s", "-b", "-a", "-u", "signet:work", "--status-fd", "2"},
        std::vector<std::string>{"--sign", "--detach-sign", "--armor", "--local-user=signet:work", "--status-fd=2"},
        std::vector<std::string>{"-abu", "signet:work", "--status-fd=2"},
        std::vector<std::string>{"--status-fd=2", "-bsau", "signet:work", "-"},
        std::vector<std::string>{"--include-certs", "1", "-sba", "-usignet:work", "--status-fd", "2"},
        std::vector<std::string>{"--include-certs=1", "--keyid-format=long", "-bsausignet:work", "--status-fd=2"}}) {
    const auto options = parse(arguments);
    ASSERT_TRUE(options) << options.error().what;
    EXPECT_EQ(options->action, Action::Sign);
    EXPECT_EQ(options->local_user, "signet:work");
    EXPECT_EQ(options->status_fd, 2);
  }
}

TEST(GitOptions, ShowsHelpAndVersionWhateverElseIsThere) {
  EXPECT_EQ(parse({"--help"}).value().action, Action::Help);
  EXPECT_EQ(parse({"--version", "file"}).value().action, Action::Version);
}

struct BadLine {
  std::vector<std::string> arguments;
  const char* why;
};

class BadGitOptions : public testing::TestWithParam<BadLine> {};

TEST_P(BadGitOptions, AreAUsageError) {
  const auto options = parse(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(exit_status(options.error().code), 2);
  EXPECT_THAT(options.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BadGitOptions,
    testing::Values(BadLine{{}, "nothing to do"}, BadLine{{"-bsau"}, "-u needs a value"},
                    BadLine{{"-bsx"}, "unknown option -x"}, BadLine{{"-bs"}, "only detached, armored"},
                    BadLine{{"-sa"}, "only detached, armored"}, BadLine{{"-bsa", "file"}, "not from file"},
                    BadLine{{"-bsa", "-", "file"}, "not from file"}, BadLine{{"-bsa", "--verify", "f", "-"}, "at once"},
                    BadLine{{"--verify", "f"}, "--verify needs a file"},
                    BadLine{{"--verify", "f", "g"}, "--verify needs a file"},
                    BadLine{{"--verify", "-"}, "--verify needs a file"},
                    BadLine{{"-bsa", "--status-fd"}, "--status-fd needs a value"},
                    BadLine{{"-bsa", "--status-fd", "two"}, "no open descriptor"},
                    BadLine{{"-bsa", "--status-fd=-1"}, "no open descriptor"},
                    BadLine{{"-bsa", "--status-fd=999"}, "no open descriptor"},
                    BadLine{{"--clearsign"}, "unknown option --clearsign"}));

TEST(GitOptions, TakeAnIdentityOnlyFromItsOwnPrefix) {
  EXPECT_EQ(identity_from_key("signet:work"), "work");
  EXPECT_EQ(identity_from_key("A U Thor <a@example.org>"), std::nullopt);
  EXPECT_EQ(identity_from_key(std::nullopt), std::nullopt);
}

TEST(Armor, IsExactlyOneBlockThatEndsInALineEnd) {
  const std::string good = "-----BEGIN SIGNED MESSAGE-----\nMIIHAA==\n-----END SIGNED MESSAGE-----\n";
  EXPECT_TRUE(check_armor(good));
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() - 1), good + "\n", good + good, "x" + good,
        std::string("-----BEGIN SIGNED MESSAGE-----\n-----END SIGNED MESSAGE-----\n"),
        std::string("-----BEGIN SIGNED MESSAGE-----\nMIIH\nAA==\n-----END SIGNED MESSAGE-----\n"),
        std::string("-----BEGIN SIGNED MESSAGE-----\nMIIH\n\nAA==\n-----END SIGNED MESSAGE-----\n"),
        std::string("-----BEGIN SIGNED MESSAGE-----\r\nMIIH\r\n-----END SIGNED MESSAGE-----\n"),
        std::string("-----BEGIN SIGNED MESSAGE-----\nMI H\n-----END SIGNED MESSAGE-----\n"),
        std::string("-----BEGIN CMS-----\nMIIH\n-----END CMS-----\n")}) {
    const auto checked = check_armor(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().code, ErrorCode::WorkerFailed);
  }
}

TEST(GnupgStatus, EscapesAUserIdToOneNonEmptyLine) {
  EXPECT_EQ(client::escape_user_id("jane@example.org"), "jane@example.org");
  EXPECT_EQ(client::escape_user_id("a\nb\r%\x7f"), "a%0Ab%0D%25%7F");
  EXPECT_EQ(client::escape_user_id(""), "?");
  EXPECT_EQ(client::escape_user_id("jos\u00e9\u202egro.elpmaxe\u009b31m"), "jos\u00e9\ufffdgro.elpmaxe\ufffd31m");
}

}  // namespace
}  // namespace signet::git_program
