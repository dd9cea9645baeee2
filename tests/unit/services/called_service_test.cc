#include "sigstore/services/called_service.h"

#include <gtest/gtest.h>

namespace signet::sigstore {
namespace {

const CalledService kService{.name = "the certificate authority",
                             .url = "https://ca.test",
                             .unavailable = ErrorCode::CaUnavailable,
                             .refused = ErrorCode::CaRefused};
constexpr std::string_view kToken = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

HttpResponse reply(long status, std::string_view body, std::string_view type = "application/json") {
  return {.status = status, .headers = {{"content-type", std::string(type)}}, .body = to_bytes(body)};
}

Error hidden(std::string what) {
  return without_token(Error{.code = ErrorCode::CaRefused, .what = std::move(what)}, Secret(std::string(kToken)));
}

TEST(CalledService, TakesBusyAndBrokenForUnavailable) {
  for (const long status : {429, 500, 502, 503, 504}) {
    EXPECT_EQ(error_of_reply(kService, reply(status, "")).code, ErrorCode::CaUnavailable) << status;
  }
}

TEST(CalledService, TakesEveryOtherStatusForARefusal) {
  for (const long status : {301, 302, 307, 400, 401, 403, 404, 413}) {
    const Error error = error_of_reply(kService, reply(status, ""));
    EXPECT_EQ(error.code, ErrorCode::CaRefused) << status;
    EXPECT_EQ(error.what,
              "the certificate authority at https://ca.test answered with status " + std::to_string(status));
  }
}

TEST(CalledService, SaysWhenToComeBackWhereTheServiceDoes) {
  HttpResponse busy = reply(429, "");
  EXPECT_EQ(error_of_reply(kService, busy).remedy, "try again later");
  for (const char* unusable : {"", "soon", "-1", "123456", "7, 8", "Wed, 21 Oct 2026 07:28:00 GMT"}) {
    busy.headers.emplace_back("retry-after", unusable);
    EXPECT_EQ(error_of_reply(kService, busy).remedy, "try again later") << unusable;
    busy.headers.pop_back();
  }
  busy.headers.emplace_back("retry-after", "7");
  EXPECT_EQ(error_of_reply(kService, busy).remedy, "it asks for 7 s of rest: try again then");
}

TEST(CalledService, SaysWhatToDoAboutARedirect) {
  EXPECT_EQ(error_of_reply(kService, reply(302, "")).remedy,
            "redirects are never followed: name the service's own address in the signing config");
}

TEST(CalledService, ShowsTheReasonThatTheServiceGave) {
  EXPECT_EQ(error_of_reply(kService, reply(400, R"({"code":3,"message":"no such key","details":[]})")).what,
            "the certificate authority at https://ca.test answered with status 400: no such key");
  EXPECT_EQ(error_of_reply(kService, reply(405, "frozen", "text/plain; charset=utf-8")).what,
            "the certificate authority at https://ca.test answered with status 405: frozen");
}

TEST(CalledService, ShowsAHostileReasonSafelyAndInOneLine) {
  const std::string hostile = R"({"message":"\u001b[2Jred\nLogRefused: \u202e)" + std::string(5000, 'x') + "\"}";
  const std::string what = error_of_reply(kService, reply(400, hostile)).what;
  EXPECT_LT(what.size(), 400U);
  for (const std::string_view part : {"\x1b", "\n", "\u202e"}) EXPECT_EQ(what.find(part), std::string::npos) << what;
}

TEST(CalledService, FindsNoReasonInWhatIsNone) {
  EXPECT_EQ(reason_in(reply(500, "<html>oops</html>", "text/html")), "");
  EXPECT_EQ(reason_in(reply(500, R"({"message":5})")), "");
  EXPECT_EQ(reason_in(reply(500, R"(["message"])")), "");
  EXPECT_EQ(reason_in(reply(500, R"({"message":"a","message":"b"})")), "");
}

TEST(CalledService, WithholdsAMessageThatHoldsAPieceOfTheToken) {
  for (const std::string_view piece :
       {kToken, kToken.substr(0, 16), kToken.substr(30, 20), kToken.substr(kToken.size() - 16)}) {
    const Error error = hidden("bad token '" + std::string(piece) + "'");
    EXPECT_EQ(error.what, "a message that repeats the ID token is not shown");
    EXPECT_EQ(error.code, ErrorCode::CaRefused);
  }
}

TEST(CalledService, LeavesAMessageWithoutTheTokenAsItIs) {
  for (const char* what : {"There was an error processing the identity token", "eyJhbGciOiJFUzI", ""}) {
    EXPECT_EQ(hidden(what).what, what);
  }
}

TEST(CalledService, WithholdsTheTokenInRemedyAndContextToo) {
  const Error error = without_token(
      Error{
          .code = ErrorCode::CaRefused, .what = "no", .remedy = std::string(kToken), .context = {std::string(kToken)}},
      Secret(std::string(kToken)));
  EXPECT_EQ(error.what, "no");
  EXPECT_EQ(error.remedy.find("eyJ"), std::string::npos);
  EXPECT_EQ(error.context.at(0).find("eyJ"), std::string::npos);
}

TEST(CalledService, JoinsUrlsWithOneSlash) {
  EXPECT_EQ(url_under("https://ca.test", "api"), "https://ca.test/api");
  EXPECT_EQ(url_under("https://ca.test//", "api"), "https://ca.test/api");
}

}  // namespace
}  // namespace signet::sigstore
