#include "protocol/framer.h"

#include <gtest/gtest.h>

#include <vector>

namespace signet::protocol {
namespace {

using namespace std::string_literals;

std::vector<std::string> drain(Framer& framer) {
  std::vector<std::string> all;
  while (auto message = framer.next()) all.push_back(std::move(*message));
  return all;
}

TEST(Framer, YieldsTheSameMessagesWhereverTheStreamIsSplit) {
  const std::string stream = "{\"a\":1}\0{\"b\":2}\0\0tail"s;
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      Framer framer(100);
      ASSERT_TRUE(framer.feed(stream.substr(0, first)));
      auto messages = drain(framer);
      for (const std::string& piece : {stream.substr(first, second - first), stream.substr(second)}) {
        ASSERT_TRUE(framer.feed(piece));
        for (std::string& message : drain(framer)) messages.push_back(std::move(message));
      }
      EXPECT_EQ(messages, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", ""})) << first << " " << second;
      EXPECT_TRUE(framer.in_message());
    }
  }
}

TEST(Framer, KeepsSeveralMessagesOfOneReadInOrder) {
  Framer framer(10);
  ASSERT_TRUE(framer.feed("one\0two\0three\0"s));
  EXPECT_EQ(drain(framer), (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_FALSE(framer.in_message());
}

TEST(Framer, TakesAMessageOfExactlyTheLimitAndRefusesOneByteMore) {
  Framer fits(5);
  ASSERT_TRUE(fits.feed("12345\0"s));
  EXPECT_EQ(fits.next(), "12345");
  Framer over(5);
  const auto fed = over.feed("123456\0"s);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::LimitExceeded);
  EXPECT_EQ(fed.error().what, "a message is longer than 5 bytes");
}

TEST(Framer, RefusesAStreamWithoutNulBeforeItIsWhole) {
  Framer framer(1'000'000);
  const std::string block(1000, 'x');
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(framer.feed(block)) << i;
  EXPECT_TRUE(framer.in_message());
  EXPECT_FALSE(framer.next());
  EXPECT_FALSE(framer.feed("x"));
}

TEST(Framer, RefusesALongMessageBehindAShortOneInTheSameRead) {
  Framer framer(5);
  ASSERT_FALSE(framer.feed("ok\0123456\0"s));
}

TEST(Framer, CountsWhatItHolds) {
  Framer framer(100);
  EXPECT_EQ(framer.pending(), 0U);
  ASSERT_TRUE(framer.feed("one\0tw"s));
  EXPECT_EQ(framer.pending(), 6U);
  EXPECT_EQ(framer.next(), "one");
  EXPECT_EQ(framer.pending(), 2U);
  ASSERT_TRUE(framer.feed("o\0"s));
  EXPECT_EQ(framer.next(), "two");
  EXPECT_EQ(framer.pending(), 0U);
  EXPECT_FALSE(framer.in_message());
}

TEST(Framer, GoesOnAfterALargeMessage) {
  Framer framer(1 << 20);
  ASSERT_TRUE(framer.feed(std::string(1 << 20, 'x') + "\0ab"s));
  EXPECT_EQ(framer.next()->size(), std::size_t{1} << 20);
  ASSERT_TRUE(framer.feed("c\0"s));
  EXPECT_EQ(framer.next(), "abc");
}

TEST(Framer, GivesAwayWhatIsNoMessage) {
  Framer framer(100);
  ASSERT_TRUE(framer.feed(std::string("one") + '\0' + "rest"));
  EXPECT_EQ(framer.next(), "one");
  EXPECT_EQ(framer.take_rest(), "rest");
  EXPECT_EQ(framer.pending(), 0U);
  ASSERT_TRUE(framer.feed(std::string("two") + '\0'));
  EXPECT_EQ(framer.next(), "two");
  EXPECT_EQ(framer.take_rest(), "");
}

}  // namespace
}  // namespace signet::protocol
