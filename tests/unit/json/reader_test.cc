#include "json/reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/expect_refusal.h"

namespace signet::json {
namespace {

using test::expect_refusal;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Reader, ReadsEachKindOfValue) {
  const auto value = parse(R"( {"n":null,"t":true,"f":false,"i":-12,"d":1.5,"s":"x","a":[1,[]],"o":{}} )");
  ASSERT_TRUE(value) << value.error().what;
  EXPECT_EQ(*value, Value(Object{{"n", nullptr},
                                 {"t", true},
                                 {"f", false},
                                 {"i", -12},
                                 {"d", 1.5},
                                 {"s", "x"},
                                 {"a", Array{1, Array{}}},
                                 {"o", Object{}}}));
}

TEST(Reader, ReadsAnyValueAtTheTop) {
  EXPECT_EQ(parse("null"), Value());
  EXPECT_EQ(parse(" \"x\"\r\n\t "), Value("x"));
  EXPECT_EQ(parse("-1"), Value(-1));
}

TEST(Reader, KeepsTheOrderOfMembers) {
  EXPECT_EQ(parse(R"({"z":1,"a":2,"m":3})").value().as_object()->members()[1].first, "a");
}

TEST(Reader, RefusesARepeatedName) {
  EXPECT_TRUE(parse(R"({"a":1,"b":{"a":1}})"));
  for (const std::string_view text :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"c":3,"a":4})", R"({"x":{"a":1,"a":2}})", R"([{"":1,"":2}])"}) {
    expect_refusal(parse(text), ErrorCode::InvalidRequest, "repeated member name");
  }
}

TEST(Reader, RefusesANameThatIsRepeatedInOtherLetters) {
  expect_refusal(parse("{\"a\":1,\"\\u0061\":2}"), ErrorCode::InvalidRequest, "repeated member name");
  expect_refusal(parse("{\"\\/\":1,\"/\":2}"), ErrorCode::InvalidRequest, "repeated member name");
}

TEST(Reader, TakesNamesThatDifferInCaseOrBehindANul) {
  EXPECT_TRUE(parse(R"({"a":1,"A":2})"));
  EXPECT_TRUE(parse("{\"a\\u0000b\":1,\"a\\u0000c\":2,\"a\":3}"));
}

TEST(Reader, ReadsTheEndsOfInt64) {
  EXPECT_EQ(parse("9223372036854775807"), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(parse("-9223372036854775808"), Value(std::numeric_limits<std::int64_t>::min()));
}

TEST(Reader, RefusesIntegersBeyondInt64) {
  for (const std::string_view text : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                                      "-9223372036854775809", "100000000000000000000000000000000"}) {
    expect_refusal(parse(text), ErrorCode::InvalidRequest, "outside the range");
    expect_refusal(parse("{\"n\":[" + std::string(text) + "]}"), ErrorCode::InvalidRequest, "outside the range");
  }
}

TEST(Reader, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_EQ(parse("1e300"), Value(1e300));
  EXPECT_EQ(parse("1.7976931348623157e308"), Value(std::numeric_limits<double>::max()));
  for (const std::string_view text : {"1e400", "-1e400", "1.0e309", "17.98e307", "0.0018e311"}) {
    expect_refusal(parse(text), ErrorCode::InvalidRequest, "outside the range");
  }
  expect_refusal(parse("1e99999999999999999999"), ErrorCode::InvalidRequest, "not JSON");
}

TEST(Reader, ReadsFractionsAsNumbersAndNotAsIntegers) {
  EXPECT_EQ(parse("1.0"), Value(1.0));
  EXPECT_EQ(parse("1e3"), Value(1000.0));
  EXPECT_NE(parse("1e3").value().as_double(), nullptr);
}

TEST(Reader, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"01", "-", "+1", ".5", "1.", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "--1", "1a"}) {
    EXPECT_FALSE(parse(text)) << text;
    EXPECT_EQ(parse(text).error().code, ErrorCode::InvalidRequest) << text;
  }
}

TEST(Reader, ReadsEscapes) {
  EXPECT_EQ(parse(R"("\"\\\/\b\f\n\r\t\u00e9\u20ac")"), Value("\"\\/\b\f\n\r\té€"));
  EXPECT_EQ(parse(R"("\ud83d\ude00")"), Value("😀"));
  EXPECT_EQ(parse("\"a\\u0000b\""), Value(std::string("a\0b", 3)));
}

TEST(Reader, RefusesLoneSurrogates) {
  for (const std::string_view text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")",
                                      R"("\ud800\ud800")", R"("\ude00\ud83d")", R"({"\udfff":1})"}) {
    expect_refusal(parse(text), ErrorCode::InvalidRequest, "not JSON");
  }
  expect_refusal(parse("\"\xED\xA0\x80\""), ErrorCode::InvalidRequest, "not UTF-8");
}

TEST(Reader, RefusesWhatIsNoUtf8EvenInWhiteSpace) {
  for (const std::string_view text : {"\"\xff\"", "\"\xC0\x80\"", "\"\xE2\x82\"", "{}\xff", "\"\xF4\x90\x80\x80\""}) {
    expect_refusal(parse(text), ErrorCode::InvalidRequest, "not UTF-8");
  }
}

TEST(Reader, RefusesControlCharactersInStrings) {
  EXPECT_TRUE(parse("\"\x7f\"")) << "RFC 8259 §7 asks for escapes below U+0020 only";
  expect_refusal(parse("\"a\nb\""), ErrorCode::InvalidRequest, "not JSON");
  expect_refusal(parse(std::string_view("\"\0\"", 3)), ErrorCode::InvalidRequest, "not JSON");
}

TEST(Reader, RefusesTheLibertiesThatOthersTake) {
  for (const std::string_view text :
       {"",          " ",      "{",     "[1,]",          "{\"a\":1,}", "[1 2]",   "{a:1}",    "{'a':1}",
        "// x\n1",   "/* */1", "[1]//", "nul",           "True",       "{\"a\"}", "{\"a\":}", "[\"a\\x41\"]",
        "\"\\u12\"", "\"",     "]",     "\xEF\xBB\xBF{}"}) {
    EXPECT_FALSE(parse(text)) << text;
    EXPECT_EQ(parse(text).error().code, ErrorCode::InvalidRequest) << text;
  }
}

TEST(Reader, RefusesDataAfterTheDocument) {
  for (const std::string_view text : {"{} {}", "1 2", "null,", "[]]", "{}x"}) {
    EXPECT_EQ(parse(text).error().code, ErrorCode::InvalidRequest) << text;
  }
  EXPECT_FALSE(parse(std::string_view("{}\0", 3)));
  expect_refusal(parse("{} {}"), ErrorCode::InvalidRequest, "data after the JSON document");
}

TEST(Reader, SaysAtWhichByteAndLineItStopped) {
  expect_refusal(parse("[1, x]"), ErrorCode::InvalidRequest, "at byte 4, line 1");
  expect_refusal(parse("{\"a\":1,\n\"a\":2}"), ErrorCode::InvalidRequest, "repeated member name at byte ");
  expect_refusal(parse("{\"a\":1,\n\"a\":2}"), ErrorCode::InvalidRequest, ", line 2");
}

TEST(Reader, StopsAtItsDepth) {
  EXPECT_TRUE(parse(nested(32)));
  expect_refusal(parse(nested(33)), ErrorCode::LimitExceeded, "nested too deeply");
  EXPECT_TRUE(parse(nested(3), {.depth = 3}));
  expect_refusal(parse(nested(4), {.depth = 3}), ErrorCode::LimitExceeded, "nested too deeply");
  expect_refusal(parse(std::string(1'000'000, '[')), ErrorCode::LimitExceeded, "nested too deeply");
  std::string objects;
  for (int i = 0; i < 33; ++i) objects += "{\"a\":";
  expect_refusal(parse(objects), ErrorCode::LimitExceeded, "nested too deeply");
}

TEST(Reader, StopsAtItsNumberOfValues) {
  EXPECT_TRUE(parse("[1,2]", {.values = 3}));
  expect_refusal(parse("[1,2,3]", {.values = 3}), ErrorCode::LimitExceeded, "too many values");
  expect_refusal(parse(R"({"a":1,"b":[]})", {.values = 2}), ErrorCode::LimitExceeded, "too many values");
}

TEST(Reader, StopsAtItsNumberOfBytesBeforeItReads) {
  EXPECT_TRUE(parse("[10]", {.bytes = 4}));
  expect_refusal(parse("[100]", {.bytes = 4}), ErrorCode::LimitExceeded, "larger than 4 bytes");
  expect_refusal(parse("\xff\xff\xff\xff\xff", {.bytes = 4}), ErrorCode::LimitExceeded, "larger than 4 bytes");
}

}  // namespace
}  // namespace signet::json
