#include "common/time.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::expect_refusal;

struct Moment {
  std::string_view text;
  std::int64_t seconds;
  std::int64_t micros;
};

// RFC 3339 §5.8, without its two leap seconds, and the ends of the range. Seconds: `date -u -d TEXT +%s`.
constexpr std::array<Moment, 7> kMoments = {{{"1985-04-12T23:20:50.52Z", 482196050, 520000},
                                             {"1996-12-19T16:39:57-08:00", 851042397, 0},
                                             {"1937-01-01T12:00:27.87+00:20", -1041337173, 870000},
                                             {"1970-01-01T00:00:00Z", 0, 0},
                                             {"2024-02-29T00:00:00Z", 1709164800, 0},
                                             {"0001-01-01T00:00:00Z", -62135596800, 0},
                                             {"9999-12-31T23:59:59.999999Z", 253402300799, 999999}}};

TEST(Rfc3339, ReadsTheExamplesOfItsSpecification) {
  for (const Moment& moment : kMoments) {
    const auto time = parse_rfc3339(moment.text);
    ASSERT_TRUE(time) << moment.text;
    EXPECT_EQ(*time, wall_time_from_unix(moment.seconds) + microseconds(moment.micros)) << moment.text;
  }
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (const Moment& moment : kMoments) {
    const WallTime time = wall_time_from_unix(moment.seconds) + microseconds(moment.micros);
    EXPECT_EQ(parse_rfc3339(encode_rfc3339(time)), time) << encode_rfc3339(time);
  }
}

TEST(Rfc3339, IsWrittenInUtcWithAFractionOnlyWhereThereIsOne) {
  EXPECT_EQ(encode_rfc3339(wall_time_from_unix(482196050)), "1985-04-12T23:20:50Z");
  EXPECT_EQ(encode_rfc3339(wall_time_from_unix(482196050) + microseconds(520)), "1985-04-12T23:20:50.000520Z");
  EXPECT_EQ(encode_rfc3339(wall_time_from_unix(-1)), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, CutsAFractionBeyondMicroseconds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.123456789Z").value().time_since_epoch(), microseconds(123456));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.1Z").value().time_since_epoch(), microseconds(100000));
}

TEST(Rfc3339, RefusesMomentsThatDoNotExist) {
  EXPECT_TRUE(parse_rfc3339("2023-02-28T23:59:59Z"));
  for (const std::string_view text :
       {"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2023-04-31T00:00:00Z", "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z", "2023-01-00T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:60Z", "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00+00:60", "0000-01-01T00:00:00Z"}) {
    expect_refusal(parse_rfc3339(text), ErrorCode::InvalidRequest, "not an RFC 3339 time");
  }
}

TEST(Rfc3339, RefusesAnOffsetThatLeadsOutOfTheYears) {
  EXPECT_TRUE(parse_rfc3339("0001-01-01T00:00:00-00:01"));
  EXPECT_TRUE(parse_rfc3339("9999-12-31T23:59:59+00:01"));
  expect_refusal(parse_rfc3339("0001-01-01T00:00:00+00:01"), ErrorCode::InvalidRequest, "not an RFC 3339 time");
  expect_refusal(parse_rfc3339("9999-12-31T23:59:59-00:01"), ErrorCode::InvalidRequest, "not an RFC 3339 time");
}

TEST(Rfc3339, RefusesOtherForms) {
  for (const std::string_view text :
       {"", "2023-01-01", "2023-01-01T00:00:00", "2023-01-01 00:00:00Z", "2023-01-01t00:00:00z", "2023-1-01T00:00:00Z",
        "23-01-01T00:00:00Z", "+2023-01-01T00:00:00Z", "2023-01-01T00:00Z", "2023-01-01T00:00:00.Z",
        "2023-01-01T00:00:00.1234567890Z", "2023-01-01T00:00:00,5Z", "2023-01-01T00:00:00+0000",
        "2023-01-01T00:00:00+00", "2023-01-01T00:00:00-+00:00", "2023-01-01T00:00:00ZZ", "2023-01-01T00:00:00Z ",
        " 2023-01-01T00:00:00Z"}) {
    expect_refusal(parse_rfc3339(text), ErrorCode::InvalidRequest, "not an RFC 3339 time");
  }
}

TEST(WallTime, RoundsDownToSecondsBeforeTheEpochToo) {
  EXPECT_EQ(unix_seconds(wall_time_from_unix(5) + microseconds(999999)), 5);
  EXPECT_EQ(unix_seconds(wall_time_from_unix(0) - microseconds(1)), -1);
}

TEST(Clock, OfTheMachineLiesBetweenTwoReadingsOfIt) {
  const auto before = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
  const WallTime now = SystemClock().now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(Clock, OfATestStandsStillUntilItIsMoved) {
  FixedClock clock(wall_time_from_unix(1));
  EXPECT_EQ(clock.now(), wall_time_from_unix(1));
  clock.set(wall_time_from_unix(2));
  EXPECT_EQ(clock.now(), wall_time_from_unix(2));
}

TEST(Deadline, IsPassedFromItsPointOn) {
  const auto now = std::chrono::steady_clock::now();
  EXPECT_TRUE(Deadline(now).passed());
  EXPECT_FALSE(Deadline(now + hours(1)).passed());
}

TEST(Deadline, LeavesNeverLessThanNothingNorMoreThanADay) {
  EXPECT_EQ(Deadline(std::chrono::steady_clock::now() - hours(1)).remaining(), milliseconds(0));
  EXPECT_EQ(Deadline::after(hours(1000)).remaining(), hours(24));
  const auto left = Deadline::after(hours(1)).remaining();
  EXPECT_GT(left, milliseconds(0));
  EXPECT_LE(left, hours(1));
}

TEST(Deadline, IsOnlyEverShortened) {
  const Deadline whole = Deadline::after(hours(1));
  EXPECT_EQ(whole.within(hours(2)).point(), whole.point());
  EXPECT_LT(whole.within(hours(0)).point(), whole.point());
}

}  // namespace
}  // namespace signet
