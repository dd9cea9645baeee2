#include "protocol/pin_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/display.h"
#include "tests/support/expect_refusal.h"

namespace signet::protocol {
namespace {

TEST(PinRecord, HasAHeadOfTwoBytes) {
  const auto head = PinRecordHead{.insists = false, .length = 6}.encode();
  EXPECT_EQ(to_bytes(ByteView(head)), (Bytes{0x00, 0x06}));
  const auto insisting = PinRecordHead{.insists = true, .length = 255}.encode();
  EXPECT_EQ(to_bytes(ByteView(insisting)), (Bytes{0x01, 0xff}));
  EXPECT_EQ(parse_pin_record_head(head).value(), (PinRecordHead{.insists = false, .length = 6}));
  EXPECT_EQ(parse_pin_record_head(insisting).value(), (PinRecordHead{.insists = true, .length = 255}));
}

TEST(PinRecord, IsRefusedWithoutBeingRepeated) {
  for (const Bytes& head : {Bytes{}, Bytes{0x00}, Bytes{0x00, 0x00}, Bytes{0x02, 0x04}, Bytes{'1', '2'}}) {
    const auto refused = parse_pin_record_head(head);
    test::expect_refusal(refused, ErrorCode::InvalidRequest, "what came is no PIN");
  }
}

TEST(PinAnswer, SaysThatThePinWasTaken) {
  EXPECT_EQ(encode_pin_answer({}), "\x01");
  EXPECT_TRUE(parse_pin_answer("\x01"));
}

TEST(PinAnswer, SaysWhyItWasNot) {
  const std::string answer = encode_pin_answer(fail(ErrorCode::InvalidRequest, "it did not\033 come in time"));
  test::expect_refusal(parse_pin_answer(answer), ErrorCode::InvalidRequest,
                       "the PIN was not taken: it did not\xef\xbf\xbd come in time");
}

TEST(PinAnswer, SaysThatAnotherOneIsOnItsWay) {
  const std::string answer = encode_pin_answer(fail(ErrorCode::InvalidRequest, std::string(kOtherPinComes)));
  test::expect_refusal(parse_pin_answer(answer), ErrorCode::RateLimited, "another one is being handed in");
}

TEST(PinAnswer, OfAKeeperThatHasGoneIsNone) {
  for (const std::string& answer :
       {std::string(), std::string("\x02"), std::string("\x01\x01"), "\x02" + std::string(kMaxPinAnswer, 'x')}) {
    test::expect_refusal(parse_pin_answer(answer), ErrorCode::WorkerFailed, "went away");
  }
}

}  // namespace
}  // namespace signet::protocol
