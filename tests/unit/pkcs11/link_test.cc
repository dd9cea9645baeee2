// The private link: frames and the board of calls.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <span>

#include "common/unique_fd.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/frames.h"
#include "tests/support/worker.h"

namespace signet::pkcs11 {
namespace {

using std::chrono::milliseconds;
using test::soon;
using ::testing::HasSubstr;

struct Link {
  UniqueFd a;
  UniqueFd b;
};

Link make_link() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {.a = UniqueFd(ends[0]), .b = UniqueFd(ends[1])};
}

TEST(Frame, IsOneByteAndItsContent) {
  const Link link = make_link();
  ASSERT_TRUE(send_frame(link.a.get(), FrameKind::PinIs, bytes_of("1234")));
  std::array<std::uint8_t, 16> raw{};
  ASSERT_EQ(::recv(link.b.get(), raw.data(), raw.size(), 0), 5);
  EXPECT_EQ(text_of(ByteView(raw).first(5)),
            "\x10"
            "1234");
}

TEST(Frame, ComesAsItWasSent) {
  const Link link = make_link();
  std::array<std::uint8_t, kMaxFrame> buffer{};
  for (const FrameKind kind :
       {FrameKind::Wake, FrameKind::PinWanted, FrameKind::PinAccepted, FrameKind::PinRefused, FrameKind::PinUnused,
        FrameKind::PinUnclear, FrameKind::PinGone, FrameKind::PinIs, FrameKind::PinUnknown, FrameKind::PinForgotten}) {
    ASSERT_TRUE(send_frame(link.a.get(), kind, bytes_of("why")));
    const auto frame = receive_frame(link.b.get(), buffer, soon());
    ASSERT_TRUE(frame) << frame.error().sentence();
    EXPECT_EQ(frame->kind, kind);
    EXPECT_EQ(text_of(frame->content), "why");
  }
}

TEST(Frame, OfAnUnknownKindIsRefused) {
  const Link link = make_link();
  std::array<std::uint8_t, kMaxFrame> buffer{};
  ASSERT_EQ(::send(link.a.get(), "\x7f", 1, 0), 1);
  const auto frame = receive_frame(link.b.get(), buffer, soon());
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::WorkerFailed);
  EXPECT_THAT(frame.error().what, HasSubstr("what is no frame"));
}

TEST(Frame, LongerThanTheBoundIsRefusedAtBothEnds) {
  const Link link = make_link();
  std::array<std::uint8_t, kMaxFrame> buffer{};
  const Bytes content(kMaxFrame, 0x10);
  const auto sent = send_frame(link.a.get(), FrameKind::PinIs, content);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Bug);
  const Bytes raw(kMaxFrame + 1, 0x10);
  ASSERT_EQ(::send(link.a.get(), raw.data(), raw.size(), 0), std::ssize(raw));
  const auto frame = receive_frame(link.b.get(), buffer, soon());
  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().what, HasSubstr("what is no frame"));
}

TEST(Frame, IsWaitedForUntilTheDeadlineAndNotLonger) {
  const Link link = make_link();
  std::array<std::uint8_t, kMaxFrame> buffer{};
  const auto frame = receive_frame(link.b.get(), buffer, Deadline::after(milliseconds(0)));
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::Deadline);
}

TEST(Frame, CannotComeFromAProcessThatHasGone) {
  Link link = make_link();
  std::array<std::uint8_t, kMaxFrame> buffer{};
  link.a.reset();
  const auto frame = receive_frame(link.b.get(), buffer, soon());
  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().what, HasSubstr("has gone"));
  EXPECT_FALSE(send_frame(link.b.get(), FrameKind::Wake));
}

void send_packet(int socket, std::string_view bytes, std::span<const int> descriptors) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 8)> room{};
  iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};  // NOLINT
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = room.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ASSERT_EQ(::sendmsg(socket, &message, 0), static_cast<ssize_t>(bytes.size()));
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST(Packet, BringsOneDescriptor) {
  const Link link = make_link();
  const std::array<int, 1> one = {STDERR_FILENO};
  send_packet(link.a.get(), "\x01", one);
  const auto packet = receive_packet(link.b.get());
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->bytes, "\x01");
  ASSERT_TRUE(packet->descriptor);
  EXPECT_EQ(::fcntl(packet->descriptor.get(), F_GETFD), FD_CLOEXEC);
}

TEST(Packet, LeavesNoDescriptorOpenThatNobodyWanted) {
  const Link link = make_link();
  const auto before = open_descriptors();
  const std::array<int, 2> two = {STDERR_FILENO, STDERR_FILENO};
  const std::array<int, 8> many = {2, 2, 2, 2, 2, 2, 2, 2};
  send_packet(link.a.get(), "\x01", two);
  send_packet(link.a.get(), "\x01", many);
  send_packet(link.a.get(), std::string(500, 'x'), std::array<int, 1>{STDERR_FILENO});
  for (int round = 0; round < 3; ++round) {
    const auto packet = receive_packet(link.b.get());
    ASSERT_TRUE(packet);
    EXPECT_FALSE(packet->descriptor);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Packet, IsEmptyWhereNoneIsThereAndAnErrorAtTheEnd) {
  Link link = make_link();
  const auto nothing = receive_packet(link.b.get());
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->bytes, "");
  link.a.reset();
  EXPECT_FALSE(receive_packet(link.b.get()));
}

struct Boards {
  CallBoard keeper;
  CallBoard child;
};

Boards make_boards() {
  auto keeper = CallBoard::create();
  EXPECT_TRUE(keeper) << keeper.error().sentence();
  auto child = CallBoard::open(UniqueFd(::dup(keeper->file())));
  EXPECT_TRUE(child) << child.error().sentence();
  return {.keeper = std::move(*keeper), .child = std::move(*child)};
}

TEST(CallBoard, ShowsTheEarliestDeadlineOfTheCallsUnderWay) {
  Boards boards = make_boards();
  EXPECT_FALSE(boards.keeper.earliest());
  const auto early = Deadline::after(milliseconds(10));
  const auto late = Deadline::after(milliseconds(20));
  (void)boards.child.begin(3, late);
  EXPECT_EQ(boards.keeper.earliest(), late.point());
  (void)boards.child.begin(kSeats - 1, early);
  EXPECT_EQ(boards.keeper.earliest(), early.point());
  boards.child.end(kSeats - 1);
  EXPECT_EQ(boards.keeper.earliest(), late.point());
  boards.child.end(3);
  EXPECT_FALSE(boards.keeper.earliest());
}

TEST(CallBoard, AsksOneCallerToWakeAKeeperThatSleeps) {
  Boards boards = make_boards();
  EXPECT_TRUE(boards.child.begin(0, soon()));
  EXPECT_FALSE(boards.child.begin(1, soon()));
  EXPECT_FALSE(boards.keeper.sleep()) << "a call is under way";
  boards.child.end(0);
  boards.child.end(1);
  EXPECT_FALSE(boards.child.begin(0, soon())) << "the keeper is awake";
  boards.child.end(0);
  EXPECT_TRUE(boards.keeper.sleep());
  EXPECT_TRUE(boards.child.begin(0, soon()));
}

TEST(CallBoard, CannotBeCutUnderItsReader) {
  Boards boards = make_boards();
  EXPECT_NE(::ftruncate(boards.child.file(), 0), 0);
  EXPECT_NE(::ftruncate(boards.child.file(), 1 << 20), 0);
}

TEST(CallBoard, IsNotAnyFile) {
  const test::TemporaryFolder folder;
  std::FILE* file = std::fopen(folder.write("board", "short").c_str(), "r+");
  const auto board = CallBoard::open(UniqueFd(::dup(::fileno(file))));
  (void)std::fclose(file);
  ASSERT_FALSE(board);
  EXPECT_THAT(board.error().what, HasSubstr("another size"));
}

TEST(CallBoard, OfAChildThatHasEndedHoldsNothing) {
  Boards boards = make_boards();
  (void)boards.child.begin(0, soon());
  boards.keeper.clear();
  EXPECT_FALSE(boards.keeper.earliest());
  EXPECT_TRUE(boards.child.begin(0, soon())) << "the next child has to wake the keeper";
}

}  // namespace
}  // namespace signet::pkcs11
