#include "pkcs11/keeper/pin_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

#include "protocol/pin_record.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::pkcs11 {
namespace {

using namespace std::string_view_literals;

class PinEntryTest : public ::testing::Test {
 protected:
  PinEntryTest() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    client_.reset(ends[0]);
    auto entry = PinEntry::open(UniqueFd(ends[1]));
    if (!entry) std::abort();
    entry_.emplace(std::move(*entry));
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  std::string answer() const {
    std::array<char, 512> some{};
    const ssize_t size = ::recv(client_.get(), some.data(), some.size(), MSG_DONTWAIT);
    return size < 0 ? "nothing yet" : std::string(some.data(), static_cast<std::size_t>(size));
  }

  UniqueFd client_;
  std::optional<PinEntry> entry_;
};

TEST_F(PinEntryTest, TakesARecord) {
  send("\x00\x04"sv);
  send("1234");
  const auto pin = entry_->read();
  ASSERT_TRUE(pin && *pin);
  EXPECT_EQ(text_of((*pin)->bytes), "1234");
  EXPECT_FALSE((*pin)->insists);
  EXPECT_EQ(answer(), "\x01");
}

TEST_F(PinEntryTest, TakesARecordByteByByte) {
  for (const char byte :
       "\x01\x03"
       "123"sv) {
    const auto before = entry_->read();
    ASSERT_TRUE(before);
    EXPECT_FALSE(*before);
    EXPECT_EQ(answer(), "nothing yet");
    send({&byte, 1});
  }
  const auto pin = entry_->read();
  ASSERT_TRUE(pin && *pin);
  EXPECT_EQ(text_of((*pin)->bytes), "123");
  EXPECT_TRUE((*pin)->insists);
}

TEST_F(PinEntryTest, TakesTheLongestPinAndNothingBehindIt) {
  const std::string pin(protocol::kMaxEnteredPin, '7');
  send("\x00\xff"sv);
  send(pin + "more");
  const auto read = entry_->read();
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(text_of((*read)->bytes), pin);
}

TEST_F(PinEntryTest, RefusesWhatIsNoRecordAndSaysSo) {
  send("1234\n");
  test::expect_refusal(entry_->read(), ErrorCode::InvalidRequest, "what came is no PIN");
  test::expect_refusal(protocol::parse_pin_answer(answer()), ErrorCode::InvalidRequest, "what came is no PIN");
}

TEST_F(PinEntryTest, EndsWithItsClient) {
  send("\x00\x04"sv);
  send("12");
  client_.reset();
  test::expect_refusal(entry_->read(), ErrorCode::WorkerFailed, "went away");
}

TEST_F(PinEntryTest, SaysWhyItIsGivenUp) {
  entry_->refuse("it did not come in time");
  test::expect_refusal(protocol::parse_pin_answer(answer()), ErrorCode::InvalidRequest, "did not come in time");
}

// SO_PEERCRED is of the moment when the other end connected.
TEST(PinEntryOfAnotherUser, IsRefusedUnread) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user is at hand for root alone";
  const test::TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder / "s").c_str(), sizeof(address.sun_path) - 1);
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  std::filesystem::permissions(folder / "s", std::filesystem::perms::all);
  const pid_t child = ::fork();
  if (child == 0) {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    std::array<char, 512> answer{};
    const bool told = ::seteuid(65534) == 0 &&
                      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                      ::recv(socket.get(), answer.data(), answer.size(), 0) > 1 && answer[0] == 0x02;
    ::_exit(told ? 0 : 1);
  }
  test::expect_refusal(PinEntry::open(UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC))),
                       ErrorCode::NotAuthorized, "another user");
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "it was told";
}

}  // namespace
}  // namespace signet::pkcs11
