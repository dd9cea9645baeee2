#include "common/display.h"

#include <gtest/gtest.h>

#include <vector>

namespace signet {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string replaced(std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += kReplacement;
  return text;
}

TEST(Display, ShowsWhatIsHarmlessAsItIs) {
  for (const std::string_view text : {"", "me@example.org", "a b", "~", "\xC2\xA0", "grüße", "日本", "😀"})
    EXPECT_EQ(display_text(text), text);
}

TEST(Display, ReplacesControlCharacters) {
  EXPECT_EQ(display_text("a\nb"), "a" + replaced(1) + "b");
  EXPECT_EQ(display_text("\x1b[31mred"), replaced(1) + "[31mred");
  EXPECT_EQ(display_text(std::string_view("\0\x1f\x7f", 3)), replaced(3));
  EXPECT_EQ(display_text("\xC2\x80\xC2\x9B"), replaced(2)) << "C1 controls begin escape sequences too";
}

TEST(Display, ReplacesWhatReordersOrHidesText) {
  // U+202E, U+2066, U+2069, U+200B, U+200F, U+2028, U+061C, U+00AD, U+FEFF, U+E0041
  for (const std::string_view text : {"\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9", "\xE2\x80\x8B", "\xE2\x80\x8F",
                                      "\xE2\x80\xA8", "\xD8\x9C", "\xC2\xAD", "\xEF\xBB\xBF", "\xF3\xA0\x81\x81"}) {
    EXPECT_EQ(display_text("a" + std::string(text) + "b"), "a" + replaced(1) + "b");
  }
}

TEST(Display, ReplacesEachByteThatIsNoUtf8) {
  EXPECT_EQ(display_text("a\xff\xfez"), "a" + replaced(2) + "z");
  EXPECT_EQ(display_text("\xE2\x82"), replaced(2)) << "cut off";
  EXPECT_EQ(display_text("\xC0\x80"), replaced(2)) << "overlong NUL";
  EXPECT_EQ(display_text("\xED\xA0\x80"), replaced(3)) << "a surrogate";
}

TEST(Display, CutsAtCharactersAndNotInsideOne) {
  EXPECT_EQ(display_text("abc", 3), "abc");
  EXPECT_EQ(display_text("abcd", 3), "abc…");
  EXPECT_EQ(display_text("äöüß", 3), "äöü…");
  EXPECT_EQ(display_text("a", 0), "…");
  EXPECT_EQ(display_text(std::string(5000, 'x')).size(), 200 + std::string_view("…").size());
}

TEST(Display, IsStableUnderItself) {
  const std::string once = display_text("a\x1b\xff\xE2\x80\xAEz");
  EXPECT_EQ(display_text(once), once);
  EXPECT_TRUE(is_utf8(once));
}

TEST(Display, QuotesTextThatCannotLeaveItsQuotes) {
  EXPECT_EQ(quoted_text("a \"b\" \\"), "\"a \\\"b\\\" \\\\\"");
  EXPECT_EQ(quoted_text("a\nb"), "\"a" + replaced(1) + "b\"");
  EXPECT_EQ(quoted_text("abcd", 3), "\"abc…\"");
  EXPECT_EQ(quoted_text(""), "\"\"");
}

TEST(Display, EscapesInJsonWhatATerminalMustNotGet) {
  EXPECT_EQ(display_json("{\"a\":\"b\\n\"}\n"), "{\"a\":\"b\\n\"}\n");
  EXPECT_EQ(display_json("\"\x7f\xC2\x9B\xE2\x80\xAE\""), "\"\\u007f\\u009b\\u202e\"");
  EXPECT_EQ(display_json("\"\xF3\xA0\x81\x81\""), "\"\\udb40\\udc41\"") << "U+E0041 in two halves";
  EXPECT_EQ(display_json("\"\xff\""), "\"" + replaced(1) + "\"");
}

// The tables of RFC 3629 §4: the smallest and the largest of each length, and their neighbours beyond.
TEST(Utf8, IsExactlyWhatItsGrammarAllows) {
  for (const std::string_view text : {"", "\x7f", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                      "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text));
  }
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xC2", "\xC2\x7f", "\xE0\x9F\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xF0\x90\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace signet
