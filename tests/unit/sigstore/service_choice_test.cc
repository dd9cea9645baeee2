// Which services a signature uses (client specification, "Service selection").
#include "sigstore/trust/service_choice.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

const WallTime kNow = wall_time_from_unix(1'800'000'000);

Service service(std::string url, std::int64_t version) {
  Service one;
  one.url = std::move(url);
  one.major_api_version = version;
  one.valid_for.start = wall_time_from_unix(1'700'000'000);
  one.operator_name = one.url;
  return one;
}

SigningConfig whole() {
  SigningConfig config;
  config.certificate_authorities = {service("https://ca.test", 1)};
  config.logs = {service("https://log.test", 2), service("https://rekor.test", 1)};
  config.timestamp_authorities = {service("https://tsa.test/stamp", 1)};
  config.log_selection.selector = Selector::Any;
  config.timestamp_selection.selector = Selector::Any;
  return config;
}

Result<ServiceChoice> choose(const SigningConfig& config) {
  return choose_services(config, EntryReader::Bundles, kNow);
}

std::vector<std::string> urls_of(const std::vector<LogChoice>& logs) {
  std::vector<std::string> urls;
  for (const LogChoice& log : logs) urls.push_back(log.url);
  return urls;
}

TEST(ServiceChoice, IsWhatTheSigningConfigSays) {
  const auto chosen = choose(whole());
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  EXPECT_EQ(chosen->ca, "https://ca.test");
  ASSERT_EQ(urls_of(chosen->logs), (std::vector<std::string>{"https://log.test"}));
  EXPECT_EQ(chosen->logs[0].api, RekorApi::V2);
  EXPECT_EQ(chosen->timestamp_authorities, (std::vector<std::string>{"https://tsa.test/stamp"}));
}

TEST(ServiceChoice, FallsBackToRekorV1WhereNoOtherLogIsValid) {
  auto config = whole();
  config.logs[0].valid_for.end = kNow - std::chrono::seconds(1);
  const auto chosen = choose(config);
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  ASSERT_EQ(urls_of(chosen->logs), (std::vector<std::string>{"https://rekor.test"}));
  EXPECT_EQ(chosen->logs[0].api, RekorApi::V1);
}

TEST(ServiceChoice, LeavesOutALogThatHasNotBegun) {
  auto config = whole();
  config.logs[0].valid_for.start = kNow + std::chrono::seconds(1);
  EXPECT_EQ(urls_of(choose(config)->logs), (std::vector<std::string>{"https://rekor.test"}));
  config.logs[0].valid_for.start = kNow;
  EXPECT_EQ(urls_of(choose(config)->logs), (std::vector<std::string>{"https://log.test"})) << "ends are inside";
}

TEST(ServiceChoice, TakesAllOfTheHighestVersionAndNoneOfAnother) {
  auto config = whole();
  config.logs.push_back(service("https://other-log.test", 2));
  config.log_selection.selector = Selector::All;
  const auto chosen = choose(config);
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  EXPECT_EQ(urls_of(chosen->logs), (std::vector<std::string>{"https://log.test", "https://other-log.test"}));
}

TEST(ServiceChoice, TakesExactlyAsManyAsDemanded) {
  auto config = whole();
  for (const char* url : {"https://b.test", "https://c.test"}) {
    config.logs.push_back(service(url, 2));
    config.timestamp_authorities.push_back(service(url, 1));
  }
  config.log_selection = {.selector = Selector::Exact, .count = 2};
  config.timestamp_selection = {.selector = Selector::Exact, .count = 3};
  const auto chosen = choose(config);
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  EXPECT_EQ(chosen->logs.size(), 2U);
  EXPECT_EQ(chosen->timestamp_authorities.size(), 3U);
  config.log_selection.count = 4;
  expect_refusal(choose(config), ErrorCode::InvalidRequest,
                 "demands 4 services of distinct operators from its list rekorTlogUrls, and 3 are valid now");
}

TEST(ServiceChoice, CountsTheServicesOfOneOperatorOnce) {
  auto config = whole();
  config.timestamp_authorities.push_back(service("https://tsa-2.test", 1));
  config.timestamp_authorities[1].operator_name = config.timestamp_authorities[0].operator_name;
  config.timestamp_selection = {.selector = Selector::Exact, .count = 2};
  expect_refusal(choose(config), ErrorCode::InvalidRequest, "from its list tsaUrls, and 1 are valid now");
}

TEST(ServiceChoice, NamesTheListThatOffersNothing) {
  auto config = whole();
  config.certificate_authorities.clear();
  expect_refusal(choose(config), ErrorCode::InvalidRequest, "list caUrls has no service that is valid now");
  config = whole();
  config.logs = {service("https://log.test", 3)};
  expect_refusal(choose(config), ErrorCode::InvalidRequest, "list rekorTlogUrls has no service that is valid now");
  config = whole();
  config.timestamp_authorities[0].valid_for.end = kNow - std::chrono::seconds(1);
  expect_refusal(choose(config), ErrorCode::InvalidRequest, "list tsaUrls has no service that is valid now");
}

TEST(ServiceChoice, DoesNotBeginWhatHasNoSourceOfTime) {
  auto config = whole();
  config.timestamp_authorities.clear();
  const auto refused = choose(config);
  expect_refusal(refused, ErrorCode::InvalidRequest, "tsaUrls is empty, and its Rekor v2 log tells no time");
  EXPECT_NE(refused.error().remedy.find("a timestamp authority"), std::string::npos);
}

TEST(ServiceChoice, NeedsNoTimestampAuthorityBesideALogThatSignsTheTime) {
  auto config = whole();
  config.logs.erase(config.logs.begin());
  config.timestamp_authorities.clear();
  const auto chosen = choose(config);
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  EXPECT_TRUE(chosen->timestamp_authorities.empty());
  EXPECT_EQ(chosen->logs[0].api, RekorApi::V1);
}

// gitsign reads no entry of Rekor v2.
TEST(ServiceChoice, ForGitPrefersTheLogWhoseEntriesOthersRead) {
  auto config = whole();
  EXPECT_EQ(urls_of(choose_services(config, EntryReader::Git, kNow)->logs),
            (std::vector<std::string>{"https://rekor.test"}));
  config.logs.pop_back();
  EXPECT_EQ(urls_of(choose_services(config, EntryReader::Git, kNow)->logs),
            (std::vector<std::string>{"https://log.test"}));
}

}  // namespace
}  // namespace signet::sigstore
