#include "pkcs11/link/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::pkcs11 {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string_view>;

void expect_refusal(const Arguments& arguments, std::string_view reason, Program program = Program::Token) {
  const auto options = parse_options(arguments, program);
  ASSERT_FALSE(options) << reason;
  EXPECT_EQ(options.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(options.error().what, HasSubstr(reason));
}

TEST(Options, AreReadAsTheyStand) {
  const auto options = parse_options(Arguments{"--module", "/m.so", "--token-serial", "ab", "--token-label", "desk",
                                               "--pin-file", "/pin", "--needs", "pcsc,tcp:hsm.example:1792"},
                                     Program::Token);
  ASSERT_TRUE(options) << options.error().sentence();
  EXPECT_EQ(options->module, "/m.so");
  EXPECT_EQ(options->token_serial, "ab");
  EXPECT_EQ(options->token_label, "desk");
  EXPECT_EQ(options->pin_file, "/pin");
  EXPECT_TRUE(options->needs.pcsc);
  EXPECT_FALSE(options->needs.usb);
  EXPECT_EQ(options->needs.tcp, std::vector<std::string>{"hsm.example:1792"});
}

TEST(Options, GoToTheChildWithoutThePinsFile) {
  auto options =
      parse_options(Arguments{"--module", "/m.so", "--token-label", "desk", "--pin-file", "/pin", "--needs", "tpm,usb"},
                    Program::Token);
  ASSERT_TRUE(options);
  options->client = 42;
  const auto arguments = encode_child_arguments(*options);
  EXPECT_EQ(arguments, (std::vector<std::string>{"--module", "/m.so", "--token-label", "desk", "--needs", "tpm,usb",
                                                 "--client-pid", "42"}));
  const auto child = parse_options(Arguments(arguments.begin(), arguments.end()), Program::Module);
  ASSERT_TRUE(child) << child.error().sentence();
  EXPECT_EQ(child->needs, options->needs);
  EXPECT_EQ(child->client, 42);
}

TEST(Options, OfAPivCardGoToItsChild) {
  auto options = parse_options(Arguments{"--piv", "--token-serial", "12345678", "--pin-file", "/pin"}, Program::Token);
  ASSERT_TRUE(options) << options.error().sentence();
  options->client = 42;
  const auto arguments = encode_child_arguments(*options);
  EXPECT_EQ(arguments, (std::vector<std::string>{"--token-serial", "12345678", "--client-pid", "42"}));
  const auto child = parse_options(Arguments(arguments.begin(), arguments.end()), Program::Piv);
  ASSERT_TRUE(child) << child.error().sentence();
  EXPECT_TRUE(child->piv);
  EXPECT_EQ(child->token_serial, "12345678");
}

TEST(Options, OfModulesAreRefusedForAPivCard) {
  expect_refusal({"--piv", "--module", "/m.so"}, "--piv and --module exclude each other");
  expect_refusal({"--piv", "--token-label", "desk"}, "--token-label is for modules");
  expect_refusal({"--piv", "--needs", "pcsc"}, "--needs is for modules");
  expect_refusal({"--client-pid", "42", "--module", "/m.so"}, "unknown option \"--module\"", Program::Piv);
  expect_refusal({"--token-serial", "1"}, "--client-pid is missing", Program::Piv);
}

TEST(Options, AreRefusedWhereTheyMakeNoSense) {
  expect_refusal({}, "--module is missing");
  expect_refusal({"--module"}, "--module wants a value");
  expect_refusal({"--module", "m.so"}, "wants an absolute path");
  expect_refusal({"--module", ""}, "--module is empty");
  expect_refusal({"--module", "/a", "--module", "/b"}, "stands there twice");
  expect_refusal({"--module", "/a", "--pin", "1234"}, "unknown option \"--pin\"");
  expect_refusal({"--module", "/a", "--pin-file", "pin"}, "wants an absolute path");
  expect_refusal({"--module", "/a", "--pin-file", "/pin"}, "unknown option \"--pin-file\"", Program::Module);
  expect_refusal({"--module", "/a", "--pin-proven", "yes"}, "unknown option \"--pin-proven\"", Program::Module);
  expect_refusal({"--module", "/a", "--pin-proven", "no"}, "--pin-proven knows yes, not \"no\"");
  expect_refusal({"--module", "/a", "--client-pid", "1"}, "unknown option \"--client-pid\"");
  expect_refusal({"--module", "/a"}, "--client-pid is missing", Program::Module);
  expect_refusal({"--module", "/a", "--client-pid", "0"}, "not \"0\"", Program::Module);
  expect_refusal({"--module", "/a", "--client-pid", "1x"}, "not \"1x\"", Program::Module);
  expect_refusal({"--module", "/a", "--needs", "network"}, "not \"network\"");
  expect_refusal({"--module", "/a", "--needs", "pcsc,"}, "not \"\"");
  expect_refusal({"--module", "/a", "--needs", "tcp:host"}, "not \"tcp:host\"");
  expect_refusal({"--module", "/a", "--needs", "tcp:host:0"}, "not \"tcp:host:0\"");
  expect_refusal({"--module", "/a", "--needs", "tcp:host:65536"}, "not \"tcp:host:65536\"");
}

TEST(Options, NeedNothingElseForHelp) {
  const auto options = parse_options(Arguments{"--help"}, Program::Module);
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->help);
  EXPECT_THAT(help_text(Program::Token), HasSubstr("--pin-file"));
  EXPECT_THAT(help_text(Program::Module), HasSubstr("--needs"));
}

}  // namespace
}  // namespace signet::pkcs11
