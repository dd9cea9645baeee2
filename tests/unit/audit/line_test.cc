#include "audit/line.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::audit {
namespace {

using test::expect_refusal;

constexpr std::string_view kBegin =
    R"({"schema":"signet.audit/1","sequence":41,"time":"2026-01-31T12:00:00Z","event":)";

TEST(AuditLine, NeedsLittleAndPassesOverWhatALaterVersionAdds) {
  const auto line = parse_line(std::string(kBegin) + R"("start","later":{"a":[1]}})");
  ASSERT_TRUE(line) << line.error().sentence();
  EXPECT_EQ(line->sequence, 41);
  EXPECT_EQ(encode_rfc3339(line->time), "2026-01-31T12:00:00Z");
  EXPECT_EQ(line->event, "start");
  EXPECT_EQ(line->identity, "");
  EXPECT_FALSE(line->failed());
}

TEST(AuditLine, IsFailedWhereItWasDeniedOrDidNotWork) {
  EXPECT_TRUE(parse_line(std::string(kBegin) + R"("denied","decision":{"answer":"denied"}})")->failed());
  EXPECT_TRUE(parse_line(std::string(kBegin) + R"("outcome","result":{"answer":"failed","error":"Bug"}})")->failed());
  EXPECT_FALSE(parse_line(std::string(kBegin) + R"("outcome","result":{"answer":"done","note":"n"}})")->failed());
}

TEST(AuditLine, IsOfThisVersionOrRefused) {
  for (const std::string& line : std::initializer_list<std::string>{
           "", "{}", "x", "[]",
           R"({"schema":"signet.audit/2","sequence":41,"time":"2026-01-31T12:00:00Z","event":"start"})",
           R"({"schema":"signet.audit/1","sequence":-1,"time":"2026-01-31T12:00:00Z","event":"start"})",
           R"({"schema":"signet.audit/1","sequence":"41","time":"2026-01-31T12:00:00Z","event":"start"})",
           R"({"schema":"signet.audit/1","sequence":41,"time":"yesterday","event":"start"})",
           R"({"schema":"signet.audit/1","sequence":41,"time":"2026-01-31T12:00:00Z"})",
           std::string(kBegin) + R"("outcome","result":"done"})", std::string(kBegin) + R"("start"} )" + "x"}) {
    expect_refusal(parse_line(line), ErrorCode::InvalidRequest, "");
  }
  const std::string longest = std::string(kBegin) + R"("start","later":")" + std::string(65535, 'x') + R"("})";
  expect_refusal(parse_line(longest), ErrorCode::LimitExceeded, "");
}

}  // namespace
}  // namespace signet::audit
