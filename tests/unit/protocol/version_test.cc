#include "protocol/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "json/writer.h"

namespace signet::protocol {
namespace {

TEST(Version, NamesEachFeatureOnce) {
  const std::set<std::string> once(features().begin(), features().end());
  EXPECT_FALSE(once.empty());
  EXPECT_EQ(once.size(), features().size());
}

TEST(Version, IsOneListForPeopleAndForPrograms) {
  const std::vector<Library> libraries = {{.name = "OpenSSL", .version = "3.0.17"}, {.name = "x", .version = "1"}};
  const std::string text = version_text("signet", libraries);
  const std::string json = json::write(describe_version("signet", libraries));
  EXPECT_THAT(text, testing::StartsWith("signet " SIGNET_VERSION "\nfeatures: "));
  EXPECT_THAT(text, testing::EndsWith("\nlibraries: OpenSSL 3.0.17 x 1\n"));
  EXPECT_THAT(json, testing::EndsWith(R"("libraries":{"OpenSSL":"3.0.17","x":"1"}})"));
  for (const std::string& feature : features()) {
    EXPECT_THAT(text, testing::HasSubstr(" " + feature));
    EXPECT_THAT(json, testing::HasSubstr("\"" + feature + "\""));
  }
}

}  // namespace
}  // namespace signet::protocol
