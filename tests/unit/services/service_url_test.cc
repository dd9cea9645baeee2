#include "sigstore/services/service_url.h"

#include <gtest/gtest.h>

namespace signet::sigstore {
namespace {

void expect_refused(std::string_view url, std::string_view reason) {
  const auto target = read_service_url(url);
  ASSERT_FALSE(target.has_value()) << url;
  EXPECT_EQ(target.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(target.error().what.find(reason), std::string::npos) << target.error().what;
}

TEST(ServiceUrl, AllowsHttpsToAnywhere) {
  const auto target = read_service_url("https://fulcio.example.test/base?x=1");
  ASSERT_TRUE(target.has_value()) << target.error().sentence();
  EXPECT_EQ(target->host, "fulcio.example.test");
  EXPECT_FALSE(target->plain);
  EXPECT_FALSE(target->loopback);
}

TEST(ServiceUrl, AllowsHttpToThisMachineAlone) {
  for (const char* url : {"http://127.0.0.1:8080", "http://[::1]:8080/x"}) {
    const auto target = read_service_url(url);
    ASSERT_TRUE(target.has_value()) << target.error().sentence();
    EXPECT_TRUE(target->plain);
    EXPECT_TRUE(target->loopback);
  }
  for (const char* url : {"http://fulcio.example.test", "http://localhost:8080", "http://127.0.0.2", "http://0.0.0.0",
                          "http://[::ffff:127.0.0.1]", "http://127.0.0.1.example.test", "ftp://127.0.0.1",
                          "file:///etc/passwd", "gopher://127.0.0.1/x"}) {
    expect_refused(url, "not allowed");
  }
}

TEST(ServiceUrl, ReadsAnAddressAsLibcurlConnectsToIt) {
  const auto target = read_service_url("http://0x7f.1/");
  ASSERT_TRUE(target.has_value()) << target.error().sentence();
  EXPECT_EQ(target->host, "127.0.0.1");
}

TEST(ServiceUrl, TakesHttpsToThisMachineForLoopback) {
  EXPECT_TRUE(read_service_url("https://localhost:8443")->loopback);
  EXPECT_TRUE(read_service_url("https://127.0.0.1:8443")->loopback);
}

TEST(ServiceUrl, RefusesUserNamesAndFragments) {
  expect_refused("https://jane@ca.test", "user name");
  expect_refused("https://jane:secret@ca.test", "user name");
  expect_refused("http://127.0.0.1@ca.test", "user name");
  expect_refused("https://ca.test/#part", "fragment");
}

TEST(ServiceUrl, RefusesWhatIsNoUrl) {
  expect_refused("", "malformed");
  expect_refused("ca.test", "malformed");
  expect_refused("https://", "malformed");
  expect_refused("https://ca.test/a b", "malformed");
  expect_refused("https://ca.test/a\r\nX: y", "malformed");
  expect_refused("https://ca.test:99999", "malformed");
  expect_refused(std::string_view("https://ca.test\0.example.test", 29), "malformed");
  expect_refused("https://" + std::string(5000, 'a'), "too long");
}

TEST(ServiceUrl, ShowsAHostileUrlSafely) {
  const auto target = read_service_url("ftp://\x1b[31mred");
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().what.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace signet::sigstore
