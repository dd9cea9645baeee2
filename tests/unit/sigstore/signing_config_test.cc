#include "sigstore/trust/signing_config.h"

#include <gtest/gtest.h>

#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

const WallTime kNow = at("2026-07-01T00:00:00Z");

Service service(std::string url, std::int64_t version, std::string_view start, std::string operator_name = "a",
                std::optional<WallTime> end = std::nullopt) {
  return {std::move(url), version, {at(start), end}, std::move(operator_name)};
}

std::vector<std::string> urls(const Result<std::vector<Service>>& services) {
  if (!services) return {services.error().sentence()};
  std::vector<std::string> all;
  for (const Service& each : *services) all.push_back(each.url);
  return all;
}

TEST(SigningConfig, ReadsThePublicInstances) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto config = parse_signing_config(test::read_conformance_file("roots/staging/signing_config.v0.2.json"));
  ASSERT_TRUE(config) << config.error().sentence();
  const auto authority = select_one(config->certificate_authorities, {1}, kNow, "CA");
  ASSERT_TRUE(authority) << authority.error().sentence();
  EXPECT_TRUE(authority->url.starts_with("https://fulcio")) << authority->url;
  const auto logs = select_services(config->logs, config->log_selection, {2}, kNow, "log");
  ASSERT_TRUE(logs) << logs.error().sentence();
  EXPECT_EQ(logs->size(), 1);
  EXPECT_EQ(logs->front().major_api_version, 2);
}

TEST(SigningConfig, RefusesTheObsoleteForm) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto config = parse_signing_config(test::read_conformance_file("roots/production/signing_config.json"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(config.error().what.find("mediaType"), std::string::npos) << config.error().what;
}

TEST(SigningConfig, RefusesASelectorThatItDoesNotKnow) {
  const auto with = [](std::string_view selector) {
    return parse_signing_config(
        R"({"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaConfig":{"selector":")" +
        std::string(selector) + R"(","count":2}})");
  };
  ASSERT_TRUE(with("EXACT"));
  EXPECT_EQ(with("EXACT")->timestamp_selection.selector, Selector::Exact);
  EXPECT_EQ(with("EXACT")->timestamp_selection.count, 2);
  ASSERT_FALSE(with("SOME"));
  EXPECT_NE(with("SOME").error().what.find("selector"), std::string::npos);
}

TEST(SelectOne, TakesTheNewestValidServiceOfTheHighestVersion) {
  const std::vector<Service> services = {
      service("old", 1, "2020-01-01T00:00:00Z"),         service("newer", 2, "2021-01-01T00:00:00Z"),
      service("newest", 2, "2022-01-01T00:00:00Z"),      service("future", 2, "2027-01-01T00:00:00Z"),
      service("unsupported", 3, "2023-01-01T00:00:00Z"), service("unreleased", 0, "2024-01-01T00:00:00Z")};
  EXPECT_EQ(select_one(services, {0, 1, 2}, kNow, "log")->url, "newest");
  EXPECT_EQ(select_one(services, {1}, kNow, "log")->url, "old");
  const auto none = select_one(services, {4}, kNow, "caUrls");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(none.error().what.find("caUrls has no service"), std::string::npos) << none.error().what;
}

TEST(SelectOne, CountsAServiceThatEndsNow) {
  EXPECT_TRUE(select_one({service("x", 1, "2020-01-01T00:00:00Z", "a", kNow)}, {1}, kNow, "CA"));
  const WallTime before = kNow - std::chrono::microseconds(1);
  EXPECT_FALSE(select_one({service("x", 1, "2020-01-01T00:00:00Z", "a", before)}, {1}, kNow, "CA"));
}

TEST(SelectServices, TakesOneOfEachOperatorAsTheSelectorSays) {
  const std::vector<Service> services = {service("a-old", 1, "2020-01-01T00:00:00Z", "a"),
                                         service("a-new", 1, "2022-01-01T00:00:00Z", "a"),
                                         service("b", 1, "2021-01-01T00:00:00Z", "b")};
  const auto with = [&](Selector selector, std::int64_t count = 0) {
    return urls(select_services(services, {selector, count}, {1}, kNow, "tsaUrls"));
  };
  EXPECT_EQ(with(Selector::All), (std::vector<std::string>{"a-new", "b"}));
  EXPECT_EQ(with(Selector::Any), (std::vector<std::string>{"a-new"}));
  EXPECT_EQ(with(Selector::Exact, 2), (std::vector<std::string>{"a-new", "b"}));
  EXPECT_EQ(with(Selector::Exact, 1), (std::vector<std::string>{"a-new"}));
  EXPECT_NE(with(Selector::Exact, 3)
                .front()
                .find("demands 3 services of distinct operators from its list tsaUrls, and 2 are valid now"),
            std::string::npos);
  EXPECT_NE(with(Selector::Exact, 0).front().find("demands 0"), std::string::npos);
  EXPECT_NE(with(Selector::Undefined).front().find("does not say how many services of its list tsaUrls"),
            std::string::npos);
}

TEST(SelectServices, NeverMixesVersions) {
  const std::vector<Service> services = {service("v2", 2, "2020-01-01T00:00:00Z", "a"),
                                         service("v1", 1, "2022-01-01T00:00:00Z", "b")};
  EXPECT_EQ(urls(select_services(services, {Selector::All, 0}, {1, 2}, kNow, "log")), (std::vector<std::string>{"v2"}));
}

}  // namespace
}  // namespace signet::sigstore
