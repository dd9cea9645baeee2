#include "json/writer.h"

#include <gtest/gtest.h>

#include <limits>

#include "json/reader.h"

namespace signet::json {
namespace {

const Value& sample() {
  static const Value kSample(
      Object{{"b", Array{1, Array{}, Object{}}}, {"a", "x"}, {"c", Object{{"t", true}, {"n", nullptr}}}});
  return kSample;
}

TEST(Writer, WritesCompactlyInTheOrderOfMembers) {
  EXPECT_EQ(write(sample()), R"({"b":[1,[],{}],"a":"x","c":{"t":true,"n":null}})");
}

TEST(Writer, IndentsForPeople) {
  EXPECT_EQ(write_indented(sample()),
            "{\n  \"b\": [\n    1,\n    [],\n    {}\n  ],\n  \"a\": \"x\",\n  \"c\": {\n    \"t\": true,\n    \"n\": "
            "null\n  }\n}\n");
}

TEST(Writer, SortsForHashing) {
  EXPECT_EQ(write_canonical(sample()), R"({"a":"x","b":[1,[],{}],"c":{"n":null,"t":true}})");
}

// RFC 8785 §3.2.3: the names of its example in their order. U+1F600 comes before U+FB33 because its first UTF-16 code
// unit is D83D.
TEST(Writer, SortsByUtf16CodeUnits) {
  const Value value(Object{{"\xE2\x82\xAC", "Euro Sign"},
                           {"\r", "Carriage Return"},
                           {"\xEF\xAC\xB3", "Hebrew Letter Dalet With Dagesh"},
                           {"1", "One"},
                           {"\xF0\x9F\x98\x80", "Emoji: Grinning Face"},
                           {"\xC2\x80", "Control"},
                           {"\xC3\xB6", "Latin Small Letter O With Diaeresis"}});
  EXPECT_EQ(write_canonical(value),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"\xC3\xB6\":\"Latin Small Letter O "
            "With Diaeresis\","
            "\"\xE2\x82\xAC\":\"Euro Sign\",\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew "
            "Letter Dalet With "
            "Dagesh\"}");
}

TEST(Writer, SortsAShorterNameFirst) {
  EXPECT_EQ(write_canonical(Object{{"ab", 1}, {"a", 2}, {"", 3}}), R"({"":3,"a":2,"ab":1})");
}

TEST(Writer, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(quote("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(quote(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(quote("é€😀<>&"), "\"é€😀<>&\"");
}

TEST(Writer, WritesTheEndsOfInt64) {
  EXPECT_EQ(write(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(write(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
}

TEST(Writer, WritesAWholeNumberThatIsNoIntegerWithItsFraction) {
  EXPECT_EQ(write(1.0), "1.0");
  EXPECT_EQ(write(-0.0), "-0.0");
  EXPECT_EQ(write(5e19), "5e+19");
  EXPECT_EQ(parse(write(55555555555555555551.0)), Value(55555555555555555551.0)) << "beyond int64 without an exponent";
}

TEST(Writer, IsReadBackAsTheSameValue) {
  const Value value(Object{{"text", std::string("a\0\"\\\x1f\x7f é€😀", 16)},
                           {"", Array{0, -1, 1.0, 1.5, -2.5e-7, 1e300, true, nullptr}},
                           {"deep", Array{Array{Array{Object{{"x", Object{}}}}}}}});
  EXPECT_EQ(parse(write(value)), value);
  EXPECT_EQ(parse(write_indented(value)), value);
  EXPECT_EQ(write_canonical(parse(write_canonical(value)).value()), write_canonical(value));
}

}  // namespace
}  // namespace signet::json
