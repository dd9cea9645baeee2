// Which services a signature uses, and what a service's silence is called.
#include "agent/flow/services.h"

#include <gtest/gtest.h>

#include "agent/flow/service_errors.h"
#include "tests/support/expect_refusal.h"

namespace signet::agent {
namespace {

using sigstore::Selector;
using sigstore::Service;
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

sigstore::SigningConfig whole() {
  sigstore::SigningConfig config;
  config.certificate_authorities = {service("https://ca.test", 1)};
  config.logs = {service("https://log.test", 2)};
  config.timestamp_authorities = {service("https://tsa.test/stamp", 1)};
  config.log_selection.selector = Selector::Any;
  config.timestamp_selection.selector = Selector::Any;
  return config;
}

TEST(Services, AreThoseOfTheSigningConfig) {
  const auto chosen = choose_services(whole(), kNow);
  ASSERT_TRUE(chosen) << chosen.error().sentence();
  EXPECT_EQ(chosen->ca, "https://ca.test");
  EXPECT_EQ(chosen->log, "https://log.test");
  EXPECT_EQ(chosen->timestamp_authority, "https://tsa.test/stamp");
}

TEST(Services, AreAllNeededBeforeAnythingIsAsked) {
  auto config = whole();
  config.certificate_authorities.clear();
  expect_refusal(choose_services(config, kNow), ErrorCode::InvalidRequest, "CA");
  config = whole();
  config.logs = {service("https://old-log.test", 1)};
  expect_refusal(choose_services(config, kNow), ErrorCode::InvalidRequest, "Rekor");
  config = whole();
  config.timestamp_authorities[0].valid_for.end = kNow - std::chrono::seconds(1);
  expect_refusal(choose_services(config, kNow), ErrorCode::InvalidRequest, "TSA");
}

TEST(Services, AreOneOfEachInThisVersion) {
  auto config = whole();
  config.logs.push_back(service("https://other-log.test", 2));
  config.log_selection = {.selector = Selector::Exact, .count = 2};
  expect_refusal(choose_services(config, kNow), ErrorCode::NotBuiltYet, "2 services of the list Rekor");
  config = whole();
  config.timestamp_authorities.push_back(service("https://other-tsa.test", 1));
  config.timestamp_selection = {.selector = Selector::All};
  expect_refusal(choose_services(config, kNow), ErrorCode::NotBuiltYet, "2 services of the list TSA");
}

TEST(ServiceErrors, NameTheServiceThatWasSilent) {
  const Error late{.code = ErrorCode::Deadline, .what = "no reply from ca.test"};
  const Error named = name_the_service(late, ErrorCode::CaUnavailable, "the CA");
  EXPECT_EQ(named.code, ErrorCode::CaUnavailable);
  EXPECT_EQ(named.what, "the CA did not answer in time: no reply from ca.test");
  EXPECT_EQ(named.remedy, "check the network, then ask again");
}

TEST(ServiceErrors, LeaveEveryOtherErrorAsItIs) {
  const Error refused{.code = ErrorCode::CaRefused, .what = "no", .remedy = "read it"};
  EXPECT_EQ(name_the_service(refused, ErrorCode::CaUnavailable, "the CA"), refused);
}

}  // namespace
}  // namespace signet::agent
