#include "agent/store/logins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using test::expect_refusal;
using ::testing::HasSubstr;
using ::testing::Not;

const WallTime kNow = wall_time_from_unix(1'800'000'000);

struct Claims {
  std::string issuer = "https://issuer.example.org";
  std::string email = "me@example.org";
  std::string audience = "sigstore";
  std::int64_t expires = 1'800'000'600;
};

std::string jwt_of(const Claims& claims) {
  const std::string text = R"({"iss":")" + claims.issuer + R"(","sub":"1","aud":")" + claims.audience +
                           R"(","email":")" + claims.email + R"(","email_verified":true,"iat":1799999990,"exp":)" +
                           std::to_string(claims.expires) + "}";
  return encode_base64url(bytes_of(R"({"alg":"ES256"})")) + "." + encode_base64url(bytes_of(text)) + "." +
         encode_base64url(bytes_of("signature"));
}

Secret token(const Claims& claims = {}) { return Secret(jwt_of(claims)); }

class LoginsTest : public ::testing::Test {
 protected:
  config::Identity& work() { return owner_.configuration.identities.at("work"); }

  Owner owner_;
  FixedClock clock_{kNow};
  Logins logins_{clock_};
};

TEST_F(LoginsTest, KeepATokenUntilItEnds) {
  expect_refusal(logins_.find(work()), ErrorCode::LoginRequired, "nobody has logged in as identity work");
  EXPECT_EQ(logins_.keep(token(), work()).value(), wall_time_from_unix(1'800'000'600));
  EXPECT_EQ(logins_.until("work"), wall_time_from_unix(1'800'000'600));
  EXPECT_EQ(logins_.find(work()).value().jwt().reveal(), jwt_of({}));
  clock_.set(wall_time_from_unix(1'800'000'601));
  expect_refusal(logins_.find(work()), ErrorCode::LoginRequired, "ended");
  EXPECT_FALSE(logins_.until("work"));
}

TEST_F(LoginsTest, RefuseATokenForSomebodyElseBeforeItIsSentAnywhere) {
  const auto other_subject = logins_.keep(token({.email = "you@example.org"}), work());
  expect_refusal(other_subject, ErrorCode::LoginRequired,
                 "names the subject you@example.org; the configuration expects me@example.org");
  EXPECT_THAT(other_subject.error().remedy, HasSubstr("the token was sent nowhere"));
  expect_refusal(logins_.keep(token({.issuer = "https://other.example.org"}), work()), ErrorCode::LoginRequired,
                 "names the issuer https://other.example.org");
  expect_refusal(logins_.keep(token({.audience = "other"}), work()), ErrorCode::LoginRequired, "audience");
  expect_refusal(logins_.keep(Secret("no token"), work()), ErrorCode::InvalidRequest, "");
  EXPECT_TRUE(logins_.keep(token(), work()));
}

TEST_F(LoginsTest, KeepTheGoodTokenWhereAWrongOneComes) {
  ASSERT_TRUE(logins_.keep(token(), work()));
  EXPECT_FALSE(logins_.keep(token({.email = "you@example.org"}), work()));
  EXPECT_TRUE(logins_.find(work()));
}

TEST_F(LoginsTest, NeverShowATokenInAnError) {
  for (const Claims& claims : {Claims{.email = "you@example.org"}, Claims{.expires = 1'700'000'000}}) {
    const auto refused = logins_.keep(token(claims), work());
    ASSERT_FALSE(refused);
    const std::string shown = refused.error().sentence() + refused.error().remedy;
    EXPECT_THAT(shown, Not(HasSubstr(jwt_of(claims).substr(20, 20))));
  }
}

TEST_F(LoginsTest, ReadTheFileThatTheConfigurationNames) {
  const test::TemporaryFolder folder;
  work().token_file = folder / "id-token";
  expect_refusal(logins_.find(work()), ErrorCode::LoginRequired, "is not there: " + work().token_file.string());
  folder.write("id-token", jwt_of({}) + "\n");
  EXPECT_EQ(logins_.find(work()).value().jwt().reveal(), jwt_of({}));
  folder.write("id-token", jwt_of({}), 0640);
  expect_refusal(logins_.find(work()), ErrorCode::InvalidRequest, "group or others may read");
  folder.write("id-token", jwt_of({.email = "you@example.org"}));
  const auto foreign = logins_.find(work());
  expect_refusal(foreign, ErrorCode::LoginRequired, "names the subject you@example.org");
  EXPECT_THAT(foreign.error().sentence(), HasSubstr("reading " + work().token_file.string()));
}

TEST_F(LoginsTest, PreferTheTokenInMemoryWhileItIsGood) {
  const test::TemporaryFolder folder;
  work().token_file = folder.write("id-token", jwt_of({.expires = 1'800'009'999}));
  ASSERT_TRUE(logins_.keep(token(), work()));
  EXPECT_EQ(logins_.find(work()).value().expires(), wall_time_from_unix(1'800'000'600));
  clock_.set(wall_time_from_unix(1'800'001'000));
  EXPECT_EQ(logins_.find(work()).value().expires(), wall_time_from_unix(1'800'009'999));
}

TEST_F(LoginsTest, ForgetOneOrAll) {
  config::Identity other = work();
  other.name = "other";
  ASSERT_TRUE(logins_.keep(token(), work()));
  ASSERT_TRUE(logins_.keep(token(), other));
  logins_.forget("work");
  EXPECT_FALSE(logins_.find(work()));
  EXPECT_TRUE(logins_.find(other));
  logins_.forget_all();
  EXPECT_FALSE(logins_.find(other));
}

}  // namespace
}  // namespace signet::agent
