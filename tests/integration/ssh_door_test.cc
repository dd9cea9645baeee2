// Who comes to the SSH agent's socket, and what becomes of a message that never ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "ssh/agent_messages.h"
#include "ssh/frames.h"
#include "tests/integration/flood.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SshStranger, IsTurnedAwayAndWrittenDown) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  constexpr uid_t kUid = 4321;
  const SshHouse ssh;
  // The mistake that this is about: everybody may reach the socket.
  for (const auto& folder : {ssh.house().folder().path(), ssh.socket().parent_path()}) {
    ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  }
  ASSERT_EQ(::chmod(ssh.socket().c_str(), 0666), 0);
  std::optional<AsUser> other_user(kUid);
  SshClient stranger(ssh.socket());
  other_user.reset();
  EXPECT_EQ(stranger.hear(), ssh::encode_plain_answer(ssh::AgentMessage::Failure)) << "before he asks";
  EXPECT_FALSE(stranger.hear());
  auto lines = audit_lines(ssh.house());
  std::erase_if(lines, [](const std::string& line) { return !line.contains("\"uid\":" + std::to_string(kUid)); });
  EXPECT_THAT(lines, ElementsAre(AllOf(HasSubstr(R"("event":"denied")"), HasSubstr(R"("operation":"connect")"),
                                       HasSubstr(R"("error":"NotAuthorized")"))));
  SshClient owner(ssh.socket());
  EXPECT_EQ(ssh::parse_identities_answer(owner.ask(ssh_list_request()).value()).value().size(), 1U);
}

// In full, because the agent takes no other time from anybody.
TEST(SshMessage, ThatWasBegunAndNotFinishedInTimeEndsItsConnectionAlone) {
  const SshHouse ssh;
  SshClient another(ssh.socket());
  SshClient slow(ssh.socket());
  ASSERT_TRUE(slow.ask(ssh_list_request())) << "as long as its messages are whole";
  const Bytes frame = ssh::encode_frame(ssh_signature_request(slow));
  slow.send(ByteView(frame).first(frame.size() / 2));
  ASSERT_TRUE(another.ask(ssh_list_request()));
  EXPECT_FALSE(slow.hear());
  EXPECT_TRUE(another.ask(ssh_list_request())) << "the same connection";
}

}  // namespace
}  // namespace signet::test
