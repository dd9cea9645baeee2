// Another agent behind ours that does not do what an agent should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "common/unique_fd.h"
#include "ssh/agent_messages.h"
#include "ssh/frames.h"
#include "ssh/key.h"
#include "ssh/session_bind.h"
#include "ssh/wire.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"
#include "tests/support/memory.h"
#include "tests/support/sanitized.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {
namespace {

using ssh::AgentMessage;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// What it answers to a message; nothing: it says nothing at all; no bytes: it closes the connection.
using Answer = std::function<std::optional<Bytes>(ByteView message)>;

// Listens, and answers each connection in a thread of its own.
class ScriptedAgent {
 public:
  explicit ScriptedAgent(Answer answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path().native(), address.sun_path);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    threads_.emplace_back([this] { take_all(); });
  }
  ~ScriptedAgent() {
    (void)::shutdown(listener_.get(), SHUT_RDWR);
    threads_.front().join();
    const std::scoped_lock lock(mutex_);
    for (const UniqueFd& guest : guests_) (void)::shutdown(guest.get(), SHUT_RDWR);
  }
  ScriptedAgent(const ScriptedAgent&) = delete;
  ScriptedAgent& operator=(const ScriptedAgent&) = delete;
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "agent.sock"; }

 private:
  void take_all() {
    for (;;) {
      UniqueFd guest(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!guest) return;
      const std::scoped_lock lock(mutex_);
      const int fd = guest.get();
      guests_.push_back(std::move(guest));
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) const {
    ssh::Frames frames;
    Bytes buffer(4096);
    for (;;) {
      const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (size <= 0 || !frames.feed(ByteView(buffer).first(static_cast<std::size_t>(size)))) return;
      while (const auto message = frames.next()) {
        const auto answer = answer_(*message);
        if (!answer) continue;
        if (answer->empty()) return (void)::shutdown(fd, SHUT_RDWR);
        const Bytes frame = ssh::encode_frame(*answer);
        (void)::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL);
      }
    }
  }

  TemporaryFolder folder_;
  Answer answer_;
  UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::mutex mutex_;
  std::list<UniqueFd> guests_;
  std::list<std::jthread> threads_;
};

class SshHostileUpstream : public ::testing::Test {
 protected:
  // What lies in the stack of functions that have returned goes with the next messages at the latest.
  [[nodiscard]] bool goes_from_memory(SshClient& client, const std::string& text) {
    const auto deadline = Deadline::after(std::chrono::seconds(10));
    while (!places_in_memory(ssh_->house().agent().pid(), text).empty()) {
      if (deadline.passed() || !client.ask(ssh_list_request())) return false;
    }
    return true;
  }

  void move_in(Answer answer, const std::string& more = "") {
    other_.emplace(std::move(answer));
    ssh_.emplace(
        Household::Setup{.extra_configuration = "[ssh]\nupstream = \"" + other_->path().string() + "\"\n" + more});
  }
  [[nodiscard]] std::string errors() { return ssh_->house().agent().errors(); }

  std::optional<ScriptedAgent> other_;
  std::optional<SshHouse> ssh_;
};

// As long as a message may be: with a key of ours in front of it, it would be longer.
Bytes longest_list() {
  const ssh::Writer empty = ssh::Writer().byte(static_cast<std::uint8_t>(AgentMessage::IdentitiesAnswer)).uint32(1);
  const std::size_t fields = 1 + 4 + 4 + 1 + 4;
  return ssh::Writer(empty).string("k").string(std::string(ssh::kMaxAgentMessage - fields, 'c')).take();
}

TEST_F(SshHostileUpstream, WhoseListFillsTheMessageCostsItsKeysAlone) {
  const Bytes list = longest_list();
  ASSERT_EQ(list.size(), ssh::kMaxAgentMessage);
  move_in([list](ByteView) { return list; });
  const auto listed = ssh_->run({"ssh-add", "-L"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, HasSubstr("token desk"));
  EXPECT_THAT(errors(), HasSubstr("more keys than a list of the SSH agent protocol may hold"));
}

TEST_F(SshHostileUpstream, ThatSaysNothingHoldsUpNoLock) {
  move_in([](ByteView) { return std::nullopt; });
  SshClient client(ssh_->socket());
  const Bytes lock = ssh::Writer().byte(static_cast<std::uint8_t>(AgentMessage::Lock)).string("sesame").take();
  EXPECT_EQ(client.ask(lock), ssh::encode_plain_answer(AgentMessage::Success));
  EXPECT_THAT(errors(), HasSubstr("no message came in time (asking the agent for other ssh keys at " +
                                  other_->path().string() + ")"));
}

// Shows a key, and breaks off where it is asked to sign.
std::optional<Bytes> breaks_off_at_signatures(ByteView message) {
  const auto type = static_cast<AgentMessage>(message.front());
  if (type == AgentMessage::RequestIdentities) {
    return ssh::encode_identities_answer({{.key_blob = to_bytes("k"), .comment = "of theirs"}}).value();
  }
  return type == AgentMessage::SignRequest ? Bytes() : ssh::encode_plain_answer(AgentMessage::Failure);
}

// To its next connection it would be as if nothing had been said.
TEST_F(SshHostileUpstream, IsNotAskedOverAnotherConnectionThanTheOneThatItDistrusts) {
  move_in(breaks_off_at_signatures);
  const Bytes sign = ssh::encode_agent_request(ssh::SignRequest{.key_blob = to_bytes("k"), .data = to_bytes("x")});
  const Bytes bind = ssh::encode_agent_request(
      ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")});
  const auto keys = [](SshClient& client) {
    return ssh::parse_identities_answer(client.ask(ssh_list_request()).value()).value();
  };
  SshClient client(ssh_->socket());
  ASSERT_EQ(client.ask(sign), ssh::encode_plain_answer(AgentMessage::Failure));
  EXPECT_THAT(keys(client), SizeIs(2)) << "another connection is as good";
  ASSERT_EQ(client.ask(bind), ssh::encode_plain_answer(AgentMessage::ExtensionFailure));
  EXPECT_THAT(keys(client), SizeIs(1)) << "theirs";
  ASSERT_EQ(client.ask(sign), ssh::encode_plain_answer(AgentMessage::Failure));
  EXPECT_THAT(keys(client), SizeIs(0));
  SshClient another(ssh_->socket());
  EXPECT_THAT(keys(another), SizeIs(2));
  EXPECT_THAT(keys(client), SizeIs(0));
  EXPECT_THAT(errors(),
              HasSubstr("is not asked over another connection for a client of whom it would know too little"));
}

// Its token is not there, so that nobody has seen it yet.
TEST_F(SshHostileUpstream, ThatHasAKeyOfOursSignsNothingWithIt) {
  const SoftwareKey ours = SoftwareKey::generate(sigstore::KeyKind::Ed25519);
  const Bytes blob = ssh::encode_key_blob(ours.public_key());
  const Bytes other = ssh::encode_key_blob(SoftwareKey::generate(sigstore::KeyKind::Ed25519).public_key());
  const Bytes signature = ssh::encode_sign_response(to_bytes("s"));
  const Bytes list =
      ssh::encode_identities_answer({{.key_blob = blob, .comment = "of ours"}, {.key_blob = other, .comment = "o"}})
          .value();
  move_in(
      [&](ByteView message) {
        return static_cast<AgentMessage>(message.front()) == AgentMessage::SignRequest ? signature : list;
      },
      "[token.away]\nmodule = \"softhsm\"\nlabel = \"away\"\n[identity.away]\nkey = \"pkcs11:token=away;id=%01\"\n"
      "public_key = \"" +
          ours.public_key().pin() + "\"\nuse = [\"ssh\"]\n");
  SshClient client(ssh_->socket());
  const auto ask = [&client](const Bytes& key) {
    return client.ask(ssh::encode_agent_request(ssh::SignRequest{.key_blob = key, .data = to_bytes("x")}));
  };
  EXPECT_EQ(ask(other), signature) << "its untouched twin";
  EXPECT_EQ(ask(blob), ssh::encode_plain_answer(AgentMessage::Failure));
  EXPECT_THAT(audit_lines(ssh_->house()).back(), HasSubstr("no identity has that key for ssh"));
  const auto keys = ssh::parse_identities_answer(client.ask(ssh_list_request()).value()).value();
  EXPECT_THAT(keys, SizeIs(2)) << "one of ours that is there, and one of theirs";
  EXPECT_EQ(std::ranges::find(keys, blob, &ssh::AgentIdentity::key_blob), keys.end());
}

// A certificate of a host's with a long key id, about as long as a binding may be.
Bytes bind_with_long_certificate(const SoftwareKey& host, std::uint8_t session) {
  const Bytes plain = ssh::encode_key_blob(host.public_key());
  const ByteView key = ByteView(plain).last(32);
  const auto typed = [](std::string_view type, ByteView value) {
    return ssh::Writer().string(type).string(value).take();
  };
  const Bytes certificate = ssh::Writer()
                                .string("ssh-ed25519-cert-v01@openssh.com")
                                .string("nonce")
                                .string(key)
                                .uint32(0)
                                .uint32(1)  // the serial number
                                .uint32(2)  // of a host
                                .string(std::string(40'000, 'x'))
                                .string("")
                                .uint32(0)
                                .uint32(0)
                                .uint32(0xffffffff)
                                .uint32(0xffffffff)
                                .string("")
                                .string("")
                                .string("")
                                .string(typed("ssh-ed25519", key))
                                .string(typed("ssh-ed25519", Bytes(64, 1)))
                                .take();
  const Bytes session_id(32, session);
  const Bytes contents = ssh::Writer()
                             .string(certificate)
                             .string(session_id)
                             .string(typed("ssh-ed25519", host.sign(session_id)))
                             .boolean(true)
                             .take();
  return ssh::encode_agent_request(ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = contents});
}

// Sixteen of them are a megabyte, and there may be five hundred clients.
TEST_F(SshHostileUpstream, IsNotAskedOverAnotherConnectionWhereWeCannotKeepAllThatItMustKnow) {
  move_in(breaks_off_at_signatures);
  const Bytes sign = ssh::encode_agent_request(ssh::SignRequest{.key_blob = to_bytes("k"), .data = to_bytes("x")});
  const SoftwareKey host = SoftwareKey::generate(sigstore::KeyKind::Ed25519);
  const auto keys = [](SshClient& client) {
    return ssh::parse_identities_answer(client.ask(ssh_list_request()).value()).value();
  };
  SshClient client(ssh_->socket());
  ASSERT_EQ(client.ask(bind_with_long_certificate(host, 1)), ssh::encode_plain_answer(AgentMessage::Success));
  ASSERT_EQ(client.ask(sign), ssh::encode_plain_answer(AgentMessage::Failure));
  EXPECT_THAT(keys(client), SizeIs(1)) << "theirs, over another connection";
  ASSERT_EQ(client.ask(bind_with_long_certificate(host, 2)), ssh::encode_plain_answer(AgentMessage::Success));
  EXPECT_THAT(keys(client), SizeIs(1)) << "over the same one";
  ASSERT_EQ(client.ask(sign), ssh::encode_plain_answer(AgentMessage::Failure));
  EXPECT_THAT(keys(client), SizeIs(0));
}

TEST_F(SshHostileUpstream, LeavesNothingInOurMemoryOfAPasswordHoweverShort) {
  if (::geteuid() != 0 || kSanitized) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  move_in([](ByteView) { return ssh::encode_plain_answer(AgentMessage::Success); });
  for (const std::string& password : {std::string("Q7") + "x-T", std::string("Kz8-") + "wVpB1"}) {
    SshClient client(ssh_->socket());
    for (const AgentMessage type : {AgentMessage::Lock, AgentMessage::Unlock}) {
      const Bytes request = ssh::Writer().byte(static_cast<std::uint8_t>(type)).string(password).take();
      ASSERT_EQ(client.ask(request), ssh::encode_plain_answer(AgentMessage::Success));
      EXPECT_TRUE(goes_from_memory(client, password)) << password.size();
    }
  }
}

TEST_F(SshHostileUpstream, LeavesNothingInOurMemoryOfWhatIsHandedOn) {
  if (::geteuid() != 0 || kSanitized) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  move_in([](ByteView) { return ssh::encode_plain_answer(AgentMessage::Success); });
  SshClient client(ssh_->socket());
  const std::string pin = std::string("For-A-Card-") + "Elsewhere-52";
  constexpr std::uint8_t kAddSmartcardKey = 20;
  for (const std::string& secret : {pin, std::string(30'000, '-') + pin}) {
    const Bytes request = ssh::Writer().byte(kAddSmartcardKey).string("a provider").string(secret).take();
    ASSERT_EQ(client.ask(request), ssh::encode_plain_answer(AgentMessage::Success));
  }
  EXPECT_THAT(places_in_memory(ssh_->house().agent().pid(), pin), SizeIs(0));
}

}  // namespace
}  // namespace signet::test
