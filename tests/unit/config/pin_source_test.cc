#include "config/pin_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/whole.h"

namespace signet::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

PinSource pin_of(std::string_view lines) {
  const auto read = parse("[token.yubikey]\nserial = \"12345678\"\n" + std::string(lines));
  EXPECT_TRUE(read) << read.error().sentence();
  return read ? read->tokens.at("yubikey").pin : PinSource();
}

TEST(PinSource, IsThePersonAtTheTerminalWhereNothingIsSaid) {
  const PinSource pin = pin_of("");
  EXPECT_EQ(pin.kind, PinSource::Kind::Prompt);
  EXPECT_THAT(pin.prompts, ElementsAre(PinPrompt::Terminal));
  EXPECT_FALSE(pin.keep);
}

TEST(PinSource, IsAFileBesideTheConfiguration) {
  EXPECT_EQ(pin_of("pin = { file = \"pin\" }").path, "/home/me/pin");
  EXPECT_EQ(pin_of("pin = { file = \"/etc/pin\" }").path, "/etc/pin");
  EXPECT_EQ(pin_of("pin = { file = \"pin\" }").kind, PinSource::Kind::File);
}

TEST(PinSource, IsACredentialOfTheServiceManager) {
  const PinSource pin = pin_of("pin = { credential = \"signet-pin\" }");
  EXPECT_EQ(pin.kind, PinSource::Kind::Credential);
  EXPECT_EQ(pin.credential, "signet-pin");
}

TEST(PinSource, IsAPromptOrSeveralInOrder) {
  EXPECT_THAT(pin_of("pin = { prompt = \"pinentry\" }").prompts, ElementsAre(PinPrompt::Pinentry));
  EXPECT_THAT(pin_of("pin = { prompt = [\"pinentry\", \"terminal\"] }").prompts,
              ElementsAre(PinPrompt::Pinentry, PinPrompt::Terminal));
}

TEST(PinSource, KeepsAPinForATime) {
  EXPECT_EQ(pin_of("pin_keep = \"15m\"").keep, 15min);
  EXPECT_EQ(pin_of("pin = { prompt = \"terminal\" }\npin_keep = \"30s\"").keep, 30s);
}

TEST(Span, IsANumberAndAUnit) {
  EXPECT_EQ(parse_span("1s"), 1s);
  EXPECT_EQ(parse_span("90m"), 90min);
  EXPECT_EQ(parse_span("744h"), 744h);
  for (const char* text : {"", "s", "15", "0s", "-1m", "+1m", "1.5h", "15 m", "15mm", "15d", "745h", "99999999999s",
                           "9223372036854775807h"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
}

}  // namespace
}  // namespace signet::config
