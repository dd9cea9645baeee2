#include "ssh/frames.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/hex.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"

namespace signet::ssh {
namespace {

using test::expect_refusal;

std::vector<Bytes> drain(Frames& frames) {
  std::vector<Bytes> all;
  while (auto message = frames.next()) all.push_back(std::move(*message));
  return all;
}

TEST(SshFrames, YieldTheSameMessagesWhereverTheStreamIsSplit) {
  const Bytes stream = parse_hex(
                           "000000010b"
                           "000000030d0102"
                           "00000001")
                           .value();
  const std::vector<Bytes> expected = {{0x0b}, {0x0d, 1, 2}};
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      Frames frames;
      const ByteView view(stream);
      ASSERT_TRUE(frames.feed(view.first(first)));
      auto messages = drain(frames);
      for (const ByteView piece : {view.subspan(first, second - first), view.subspan(second)}) {
        ASSERT_TRUE(frames.feed(piece));
        for (Bytes& message : drain(frames)) messages.push_back(std::move(message));
      }
      EXPECT_EQ(messages, expected) << first << " " << second;
      EXPECT_TRUE(frames.in_message());
    }
  }
}

TEST(SshFrames, KeepTwoRequestsOfOneWriteApart) {
  Frames frames;
  Bytes both = encode_frame(Bytes{11});
  append(both, encode_frame(Bytes{27, 0}));
  ASSERT_TRUE(frames.feed(both));
  EXPECT_EQ(frames.next(), (Bytes{11}));
  EXPECT_EQ(frames.next(), (Bytes{27, 0}));
  EXPECT_FALSE(frames.next());
  EXPECT_FALSE(frames.in_message());
}

TEST(SshFrames, RefuseAnEmptyMessage) {
  Frames frames;
  ASSERT_TRUE(frames.feed(Bytes(3)));
  expect_refusal(frames.feed(Bytes(1)), ErrorCode::InvalidRequest, "an empty message of the SSH agent protocol");
}

TEST(SshFrames, TakeAMessageOfExactlyTheLimitAndRefuseOneByteMore) {
  Frames fits;
  ASSERT_TRUE(fits.feed(encode_frame(Bytes(kMaxAgentMessage, 7))));
  EXPECT_EQ(fits.next(), Bytes(kMaxAgentMessage, 7));
  for (const std::uint32_t length : {std::uint32_t{kMaxAgentMessage} + 1, 0xffffffffU}) {
    Frames over;
    expect_refusal(over.feed(Writer().uint32(length).take()), ErrorCode::LimitExceeded,
                   "a message of the SSH agent protocol is longer than 262144 bytes");
  }
}

TEST(SshFrames, HandOutWhatCameBeforeAFault) {
  Frames frames;
  Bytes stream = encode_frame(Bytes{11});
  append(stream, Bytes(4));
  EXPECT_FALSE(frames.feed(stream));
  EXPECT_EQ(frames.next(), (Bytes{11}));
  EXPECT_FALSE(frames.next());
}

}  // namespace
}  // namespace signet::ssh
