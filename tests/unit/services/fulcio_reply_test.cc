#include "sigstore/services/fulcio_reply.h"

#include <gtest/gtest.h>

#include "json/writer.h"
#include "sandbox/state.h"

namespace signet::sigstore {
namespace {

const sandbox::Hierarchy& authority() {
  static const sandbox::Hierarchy made = sandbox::make_ca(
      sandbox::SoftwareKey::generate(), sandbox::SoftwareKey::generate(), wall_time_from_unix(1'800'000'000));
  return made;
}

std::string reply(json::Array certificates, const char* member = "signedCertificateEmbeddedSct") {
  const json::Object chain{{"chain", json::Object{{"certificates", std::move(certificates)}}}};
  return json::write(json::Object{{member, chain}});
}

void expect_refused(std::string_view text, std::string_view reason) {
  const auto leaf = parse_fulcio_reply(text);
  ASSERT_FALSE(leaf.has_value()) << text;
  EXPECT_NE(leaf.error().what.find(reason), std::string::npos) << leaf.error().what;
}

TEST(FulcioReply, TakesTheFirstCertificateOfTheChain) {
  const Certificate& first = authority().issuing.certificate;
  const auto leaf = parse_fulcio_reply(reply({first.pem(), "whatever stands here is a hint"}));
  ASSERT_TRUE(leaf.has_value()) << leaf.error().sentence();
  EXPECT_EQ(*leaf, first);
}

TEST(FulcioReply, ToleratesMembersThatCameLater) {
  std::string text = reply({authority().root.certificate.pem()});
  text.insert(1, R"("later":{"x":1},)");
  EXPECT_TRUE(parse_fulcio_reply(text).has_value());
}

TEST(FulcioReply, RefusesADetachedSct) {
  expect_refused(reply({authority().root.certificate.pem()}, "signedCertificateDetachedSct"), "detached");
}

TEST(FulcioReply, RefusesAReplyWithoutACertificate) {
  expect_refused("{}", "\"signedCertificateEmbeddedSct\" is missing");
  expect_refused(R"({"signedCertificateEmbeddedSct":{}})", "\"chain\" is missing");
  expect_refused(R"({"signedCertificateEmbeddedSct":{"chain":{}}})", "\"certificates\"");
  expect_refused(reply({}), "\"certificates\" is empty");
  expect_refused(reply({5}), "\"certificates\" is not a list of strings");
  expect_refused(reply({"no PEM"}), "");
  expect_refused("[]", "not a JSON object");
  expect_refused("", "not JSON");
  expect_refused(R"({"signedCertificateEmbeddedSct":1,"signedCertificateEmbeddedSct":2})", "repeated member name");
}

TEST(FulcioReply, RefusesTwoCertificatesInOneText) {
  const std::string pem = authority().root.certificate.pem();
  expect_refused(reply({pem + pem}), "");
  EXPECT_TRUE(parse_fulcio_reply(reply({pem})).has_value());
}

}  // namespace
}  // namespace signet::sigstore
