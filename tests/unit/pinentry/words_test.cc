#include "pinentry/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::pinentry {
namespace {

TEST(Words, CannotEndTheLineNorEscapeAnything) {
  EXPECT_EQ(escape_words("50 % of\nSETDESC x\r\x1b[2J"), "50 %25 of\xef\xbf\xbdSETDESC x\xef\xbf\xbd\xef\xbf\xbd[2J");
  EXPECT_EQ(escape_words("%0A"), "%250A");
}

TEST(Words, FitIntoALine) {
  EXPECT_LE(escape_words(std::string(5000, '%')).size(), 900U);
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "\xe2\x82\xac";
  const std::string cut = escape_words(wide);
  EXPECT_LE(cut.size(), 900U);
  EXPECT_EQ(cut.size() % 3, 0U) << "no character is cut in two";
}

}  // namespace
}  // namespace signet::pinentry
