// The SSH agent's socket byte by byte: what no client of OpenSSH's would send, and a touch that nobody gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>
#include <optional>
#include <string>

#include "common/unique_fd.h"
#include "ssh/agent_messages.h"
#include "ssh/frames.h"
#include "ssh/login.h"
#include "ssh/session_bind.h"
#include "ssh/sshsig.h"
#include "tests/integration/flood.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using ssh::AgentMessage;
using ::testing::AllOf;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

Bytes plain(AgentMessage type) { return ssh::encode_plain_answer(type); }

// One connection.
class Client {
 public:
  explicit Client(const SshHouse& house) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(house.socket().string(), address.sun_path);
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }

  void send(ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  /// The next answer; nothing where the agent closed.
  [[nodiscard]] std::optional<Bytes> hear() {
    for (;;) {
      if (auto message = frames_.next()) return message;
      pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&readable, 1, static_cast<int>(soon().remaining().count())) != 1) return std::nullopt;
      Bytes buffer(65536);
      const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return std::nullopt;
      buffer.resize(static_cast<std::size_t>(size));
      EXPECT_TRUE(frames_.feed(buffer));
    }
  }
  [[nodiscard]] std::optional<Bytes> ask(ByteView message) {
    send(ssh::encode_frame(message));
    return hear();
  }
  void close() { socket_.reset(); }

 private:
  UniqueFd socket_;
  ssh::Frames frames_;
  bool connected_ = false;
};

Bytes list_request() { return ssh::encode_agent_request(ssh::IdentitiesRequest()); }

Bytes our_blob(Client& client) {
  const auto identities = ssh::parse_identities_answer(client.ask(list_request()).value());
  return identities.value().at(0).key_blob;
}

Bytes signature_request(Client& client) {
  const Digest digest = Digest::from_sha256({});
  return ssh::encode_agent_request(ssh::SignRequest{
      .key_blob = our_blob(client), .data = ssh::encode_sshsig_request({.name_space = "git", .message = digest})});
}

class SshWire : public ::testing::Test {
 protected:
  [[nodiscard]] std::string last_line() const { return audit_lines(ssh_.house()).back(); }

  SshHouse ssh_;
  Client client_{ssh_};
};

TEST_F(SshWire, ClosesWhereALengthIsNoneThatAMessageMayHave) {
  for (const Bytes& bad : {Bytes{0, 0, 0, 0}, Bytes{0, 4, 0, 1, 11}, Bytes{255, 255, 255, 255, 11}}) {
    Client client(ssh_);
    client.send(bad);
    EXPECT_FALSE(client.hear()) << int{bad[1]};
  }
  EXPECT_TRUE(client_.ask(list_request())) << "and goes on for the others";
}

TEST_F(SshWire, AnswersMessagesOfEveryLengthThatIsOne) {
  Bytes longest(ssh::kMaxAgentMessage, 0);
  longest[0] = 240;
  EXPECT_EQ(client_.ask(longest), plain(AgentMessage::Failure));
  EXPECT_EQ(client_.ask(Bytes{240}), plain(AgentMessage::Failure));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.ask(list_request()).value()));
}

TEST_F(SshWire, TakesAMessageInAnyPieces) {
  const Bytes frame = ssh::encode_frame(signature_request(client_));
  for (std::size_t i = 0; i < frame.size(); ++i) client_.send(ByteView(frame).subspan(i, 1));
  EXPECT_TRUE(ssh::parse_sign_response(client_.hear().value()));
}

TEST_F(SshWire, AnswersTwoRequestsOfOneWriteInTheirOrder) {
  Bytes both = ssh::encode_frame(signature_request(client_));
  append(both, ssh::encode_frame(list_request()));
  client_.send(both);
  EXPECT_TRUE(ssh::parse_sign_response(client_.hear().value()));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.hear().value()));
}

TEST_F(SshWire, SignsNothingThatIsNeitherALoginNorASignature) {
  const auto ask = [&](Bytes data) {
    return client_.ask(
        ssh::encode_agent_request(ssh::SignRequest{.key_blob = our_blob(client_), .data = std::move(data)}));
  };
  EXPECT_EQ(ask(to_bytes("any bytes")), plain(AgentMessage::Failure));
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("InvalidRequest"),
                                 HasSubstr("something that is neither a login nor a signature")));
  const Digest digest = Digest::from_sha256({});
  Bytes longer = ssh::encode_sshsig_request({.name_space = "git", .message = digest});
  EXPECT_TRUE(ssh::parse_sign_response(ask(longer).value())) << "its untouched twin";
  longer.push_back(0);
  EXPECT_EQ(ask(longer), plain(AgentMessage::Failure));
}

TEST_F(SshWire, SignsWithNoKeyThatItDoesNotList) {
  Bytes blob = our_blob(client_);
  blob.push_back(0);
  const Bytes request = ssh::encode_agent_request(ssh::SignRequest{.key_blob = blob, .data = to_bytes("x")});
  EXPECT_EQ(client_.ask(request), plain(AgentMessage::Failure));
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("KeyNotFound")));
}

TEST_F(SshWire, AnswersExtensions) {
  const auto query = client_.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = "query", .contents = {}}));
  EXPECT_EQ(query, ssh::encode_query_response({ssh::kQuery, ssh::kSessionBind}));
  const auto unknown = client_.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = "x@y", .contents = {}}));
  EXPECT_EQ(unknown, plain(AgentMessage::ExtensionFailure));
  EXPECT_EQ(client_.ask(Bytes{27}), plain(AgentMessage::Failure)) << "one without a name";
}

TEST_F(SshWire, HidesTheKeysWhereASessionBindFailed) {
  const auto bad = client_.ask(ssh::encode_agent_request(
      ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")}));
  EXPECT_EQ(bad, plain(AgentMessage::ExtensionFailure));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.ask(list_request()).value()).value().empty());
  Client another(ssh_);
  EXPECT_EQ(ssh::parse_identities_answer(another.ask(list_request()).value()).value().size(), 1U);
}

TEST_F(SshWire, RefusesWhatIsOfProtocolOne) {
  for (const Bytes& type : {Bytes{1}, Bytes{3}, Bytes{7}, Bytes{9}, Bytes{24}}) {
    EXPECT_EQ(client_.ask(type), plain(AgentMessage::Failure)) << int{type[0]};
  }
}

TEST_F(SshWire, ServesFiveHundredAtOnce) {
  raise_descriptor_limit();
  std::list<Client> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(ssh_);
  const Bytes frame = ssh::encode_frame(list_request());
  for (const Client& client : clients) client.send(frame);
  std::size_t answered = 0;
  for (Client& client : clients) answered += client.hear() ? 1 : 0;
  EXPECT_EQ(answered, 500U);
}

// A token whose key wants a touch, which only a test gives.
class SshTouch : public ::testing::Test {
 protected:
  SshTouch() { std::filesystem::remove(module_.beside("held")); }

  void touch() const { std::filesystem::rename(module_.write("coming", ""), module_.beside("finger")); }
  [[nodiscard]] bool is_awaited() const {
    for (const Deadline deadline = soon(); !deadline.passed(); ::usleep(10'000)) {
      if (ssh_.house().run({"signet", "status"}).output.contains("waits for")) return true;
    }
    return false;
  }

  FaultModule module_{"touch"};
  SshHouse ssh_{{.module = (module_.write("held", ""), module_.path().string()),
                 .module_environment = {{"SIGNET_TOUCH", module_.beside("finger").string()},
                                        {"SIGNET_NO_TOUCH", module_.beside("held").string()}}}};
};

TEST_F(SshTouch, HoldsUpNobodyWhoListsTheKeys) {
  Client signer(ssh_);
  signer.send(ssh::encode_frame(signature_request(signer)));
  ASSERT_TRUE(is_awaited());
  EXPECT_THAT(ssh_.house().run({"signet", "status"}).output,
              HasSubstr("for an ssh signature of namespace \"git\", sha256:00"));
  auto environment = ssh_.house().environment();
  environment["SSH_AUTH_SOCK"] = ssh_.socket().string();
  const auto begin = std::chrono::steady_clock::now();
  // Far more than it takes, and far less than a touch would.
  const auto listed = run({.arguments = {"ssh-add", "-L"}, .environment = environment}, Deadline::after(2s));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  std::printf("ssh-add -L while a touch is awaited: %lld ms\n", static_cast<long long>(took.count()));
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, HasSubstr("token desk"));
  touch();
  EXPECT_TRUE(ssh::parse_sign_response(signer.hear().value()));
}

TEST_F(SshTouch, IsWithdrawnWhereTheClientGoesAway) {
  Client signer(ssh_);
  signer.send(ssh::encode_frame(signature_request(signer)));
  ASSERT_TRUE(is_awaited());
  signer.close();
  std::string last;
  for (const Deadline deadline = soon(); !last.contains("Cancelled") && !deadline.passed(); ::usleep(10'000)) {
    last = audit_lines(ssh_.house()).back();
  }
  EXPECT_THAT(last, AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"Cancelled")")));
}

}  // namespace
}  // namespace signet::test
