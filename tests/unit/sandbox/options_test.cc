#include "sandbox/options.h"

#include <vector>

#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

Result<Options> parse(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return parse_options(arguments);
}

void expect_usage(const std::vector<std::string>& words, std::string_view reason) {
  const auto refused = parse(words);
  test::expect_refusal(refused, ErrorCode::InvalidRequest, reason);
  EXPECT_THAT(refused.error().remedy, HasSubstr("--help"));
}

TEST(SandboxOptions, ServeTakesAFolderAndADescriptor) {
  const auto options = parse({"serve", "--dir", "D", "--ready-fd=3"});
  ASSERT_TRUE(options.has_value()) << options.error().sentence();
  EXPECT_EQ(options->command, Command::Serve);
  EXPECT_EQ(options->folder, "D");
  EXPECT_EQ(options->ready_fd, 3);
}

TEST(SandboxOptions, ServeTakesWhatIsOffered) {
  const auto options = parse(
      {"serve", "--dir", "D", "--rekor", "1", "--logs", "3", "--timestamp-authorities", "0", "--selector", "EXACT:2"});
  ASSERT_TRUE(options.has_value()) << options.error().sentence();
  EXPECT_EQ(options->offer,
            (Offer{.rekor = RekorOffer::V1, .logs = 3, .timestamp_authorities = 0, .selector = "EXACT", .count = 2}));
  EXPECT_EQ(parse({"serve", "--dir", "D"})->offer, Offer());
  EXPECT_EQ(parse({"serve", "--dir", "D", "--rekor", "2,1"})->offer.rekor, RekorOffer::Both);
}

TEST(SandboxOptions, ServeOffersNothingElse) {
  expect_usage({"serve", "--dir", "D", "--rekor", "3"}, "--rekor is not 1, 2 or 2,1");
  expect_usage({"serve", "--dir", "D", "--logs", "0"}, "--logs is not a number from 1 to 4");
  expect_usage({"serve", "--dir", "D", "--timestamp-authorities", "5"}, "is not a number from 0 to 4");
  expect_usage({"serve", "--dir", "D", "--selector", "SOME"}, "--selector is not ANY, ALL or EXACT:N");
  expect_usage({"serve", "--dir", "D", "--selector", "EXACT:0"}, "--selector is not ANY, ALL or EXACT:N");
  expect_usage({"token", "--dir", "D", "--logs", "2"}, "unknown option --logs for this command");
}

TEST(SandboxOptions, TokenTakesAnAddressALifetimeAndAFile) {
  const auto options = parse({"token", "--dir=D", "--email", "a@b.test", "--lifetime", "24h", "--out", "T"});
  ASSERT_TRUE(options.has_value()) << options.error().sentence();
  EXPECT_EQ(options->command, Command::Token);
  EXPECT_EQ(options->email, "a@b.test");
  EXPECT_EQ(options->lifetime, 24h);
  EXPECT_EQ(options->out, "T");
}

TEST(SandboxOptions, ATokenIsGoodForAnHourWhereNobodySaysOtherwise) {
  EXPECT_EQ(parse({"token", "--dir", "D", "--email", "a@b.test"})->lifetime, 1h);
}

TEST(SandboxOptions, FaultTakesServiceAndModeAndACount) {
  const auto options = parse({"fault", "ca", "--dir", "D", "lie:no-sct", "--count", "2"});
  ASSERT_TRUE(options.has_value()) << options.error().sentence();
  EXPECT_EQ(options->service, "ca");
  EXPECT_EQ(options->mode, "lie:no-sct");
  EXPECT_EQ(options->count, 2);
}

TEST(SandboxOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_EQ(parse({"--help"})->command, Command::Help);
  EXPECT_EQ(parse({"serve", "--help"})->command, Command::Help);
  EXPECT_EQ(parse({"--version"})->command, Command::Version);
  EXPECT_EQ(parse({"counters", "--dir", "D"})->command, Command::Counters);
}

TEST(SandboxOptions, SayWhichWordIsWrong) {
  expect_usage({}, "a command is missing");
  expect_usage({"begin"}, "unknown command begin");
  expect_usage({"serve"}, "--dir is missing");
  expect_usage({"serve", "--dir"}, "--dir needs a value");
  expect_usage({"serve", "--dir", "D", "more"}, "too many words");
  expect_usage({"serve", "--dir", "D", "--email", "a@b.test"}, "unknown option --email for this command");
  expect_usage({"serve", "--dir", "D", "--ready-fd", "three"}, "--ready-fd is not a descriptor");
  expect_usage({"token", "--dir", "D"}, "--email is missing");
  expect_usage({"token", "--dir", "D", "--email", "nobody"}, "--email is not an e-mail address: nobody");
  expect_usage({"fault", "--dir", "D", "ca"}, "fault needs a service and a mode");
  expect_usage({"fault", "--dir", "D", "ca", "500", "--count", "0"}, "--count is not a number from 1 on");
}

TEST(SandboxOptions, ShowNoControlCharactersOfAWordThatTheyRefuse) {
  EXPECT_EQ(parse({"\x1b[2J"}).error().what.find('\x1b'), std::string::npos);
}

TEST(SandboxLifetime, IsReadInSecondsMinutesAndHours) {
  EXPECT_EQ(parse_lifetime("90").value(), 90s);
  EXPECT_EQ(parse_lifetime("90s").value(), 90s);
  EXPECT_EQ(parse_lifetime("30m").value(), 30min);
  EXPECT_EQ(parse_lifetime("168h").value(), 168h);
}

TEST(SandboxLifetime, EndsAfterSevenDays) {
  for (const char* text : {"169h", "0", "", "h", "-1h", "1d", "1.5h", "9223372036854775807h", "9223372036854775808"}) {
    test::expect_refusal(parse_lifetime(text), ErrorCode::InvalidRequest, "--lifetime is not between 1s and 168h");
  }
}

}  // namespace
}  // namespace signet::sandbox
