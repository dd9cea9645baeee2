// PKCS#11 URIs; the first ones are the examples of RFC 7512 §3, as far as they name a private key.
#include <gtest/gtest.h>

#include "config/configuration.h"
#include "tests/support/expect_refusal.h"

namespace signet::config {
namespace {

using test::expect_refusal;

TEST(KeyUri, ReadsTheExamplesOfTheRfcThatNameAKey) {
  const auto by_label = parse_key_uri(
      "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;"
      "object=my-certificate;type=private;id=%69%95%3E%5C%F4%BD%EC%91;serial=");
  ASSERT_TRUE(by_label) << by_label.error().sentence();
  EXPECT_EQ(by_label->token, "The Software PKCS#11 Softtoken");
  EXPECT_EQ(by_label->object, "my-certificate");
  EXPECT_EQ(by_label->id, "69953e5cf4bdec91");
  EXPECT_EQ(by_label->serial, "");
}

TEST(KeyUri, KeepsItsOwnText) {
  constexpr std::string_view kText = "pkcs11:token=desk;id=%01";
  EXPECT_EQ(parse_key_uri(kText).value().text, kText);
}

TEST(KeyUri, TakesUnescapedWhatTheRfcLetsStand) {
  EXPECT_EQ(parse_key_uri("pkcs11:object=a-._~:[]@!$'()*+,=&z").value().object, "a-._~:[]@!$'()*+,=&z");
  EXPECT_EQ(parse_key_uri("pkcs11:object=%c3%A9%3b").value().object, "\xc3\xa9;");
}

TEST(KeyUri, RefusesWhatIsNone) {
  const auto refuses = [](std::string_view text, std::string_view reason) {
    expect_refusal(parse_key_uri(text), ErrorCode::InvalidRequest, reason);
  };
  refuses("", "does not begin with pkcs11:");
  refuses("PKCS11:id=%01", "does not begin with pkcs11:");
  refuses("pkcs11:", "neither id nor object");
  refuses("pkcs11:id=%01;", "an attribute without a value");
  refuses("pkcs11:;id=%01", "an attribute without a value");
  refuses("pkcs11:id", "an attribute without a value");
  refuses("pkcs11:id=%0", "a broken percent-encoding");
  refuses("pkcs11:id=%", "a broken percent-encoding");
  refuses("pkcs11:id=%0g", "a broken percent-encoding");
  refuses("pkcs11:object=a b", "a character that must be percent-encoded");
  refuses("pkcs11:object=a/b", "a character that must be percent-encoded");
  refuses("pkcs11:object=\xc3\xa9", "a character that must be percent-encoded");
}

TEST(KeyUri, RefusesAmbiguityAndWhatItDoesNotKnow) {
  expect_refusal(parse_key_uri("pkcs11:id=%01;id=%02"), ErrorCode::InvalidRequest, "attribute \"id\" stands twice");
  expect_refusal(parse_key_uri("pkcs11:id=%01;slot-id=1"), ErrorCode::InvalidRequest, "unknown attribute \"slot-id\"");
  expect_refusal(parse_key_uri("pkcs11:id=%01;type=cert"), ErrorCode::InvalidRequest, "type is not private");
  expect_refusal(parse_key_uri("pkcs11:token=desk"), ErrorCode::InvalidRequest, "neither id nor object");
}

TEST(KeyUri, MayLeaveTheKeyOutWhereItsPublicKeyIsKnown) {
  const auto token = parse_pinned_key_uri("pkcs11:token=desk");
  ASSERT_TRUE(token) << token.error().sentence();
  EXPECT_EQ(token->token, "desk");
  EXPECT_EQ(parse_pinned_key_uri("pkcs11:id=%01").value().id, "01");
  expect_refusal(parse_pinned_key_uri("pkcs11:token=desk;type=cert"), ErrorCode::InvalidRequest, "type is not private");
}

TEST(KeyUri, HoldsNoPinAndNoModule) {
  for (const char* text : {"pkcs11:id=%01?pin-value=1234", "pkcs11:id=%01?module-path=/tmp/x.so"}) {
    expect_refusal(parse_key_uri(text), ErrorCode::InvalidRequest, "query attributes (PIN, module)");
  }
  expect_refusal(parse_key_uri("pkcs11:id=%01;pin-value=1234"), ErrorCode::InvalidRequest, "unknown attribute");
}

TEST(KeyUri, ComesBackAsItWasWritten) {
  const std::string uri = encode_key_uri("my desk;#1", "00 01", "a/b?c%", "00ff3b");
  EXPECT_EQ(uri, "pkcs11:token=my%20desk%3B%231;serial=00%2001;id=%00%ff%3b;object=a%2Fb%3Fc%25;type=private");
  const auto read = parse_key_uri(uri);
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->token, "my desk;#1");
  EXPECT_EQ(read->serial, "00 01");
  EXPECT_EQ(read->object, "a/b?c%");
  EXPECT_EQ(read->id, "00ff3b");
  EXPECT_EQ(encode_key_uri("", "", "x", ""), "pkcs11:object=x;type=private");
  EXPECT_EQ(encode_key_uri("ends in:", "1", "", "01"), "pkcs11:token=ends%20in:;serial=1;id=%01;type=private");
}

}  // namespace
}  // namespace signet::config
