#include "common/locked_page.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(LockedPage, HoldsWhatFitsAndForgetsIt) {
  auto page = LockedPage::make();
  ASSERT_TRUE(page) << page.error().sentence();
  EXPECT_TRUE(page->assign("1234"));
  EXPECT_EQ(text_of(page->bytes()), "1234");
  EXPECT_FALSE(page->assign(std::string(page->room().size() + 1, 'x')));
  EXPECT_TRUE(page->bytes().empty());
  ASSERT_TRUE(page->assign("5678"));
  page->clear();
  for (const std::uint8_t byte : page->room()) ASSERT_EQ(byte, 0);
}

}  // namespace
}  // namespace signet
