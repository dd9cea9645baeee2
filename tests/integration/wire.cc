#include "tests/integration/wire.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/support/audit_lines.h"

namespace signet::test {
namespace {

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "wire: %s\n", error.sentence().c_str());
  std::abort();
}

}  // namespace

std::string sign_digest(std::string_view output) {
  return R"({"output":")" + std::string(output) + R"(","items":[{"digest":")" + std::string(kDigest) + "\"}]}";
}

protocol::Channel connect_to(const Household& house) {
  auto channel = protocol::Channel::connect(house.socket(), soon());
  if (!channel) give_up(channel.error());
  return std::move(*channel);
}

void send_call(protocol::Channel& channel, std::string_view method, std::string_view parameters, bool more) {
  const std::string call = R"({"method":"org.signet.Agent.)" + std::string(method) + R"(","parameters":)" +
                           std::string(parameters) + (more ? R"(,"more":true})" : "}") + std::string(1, '\0');
  if (auto sent = channel.send(call, soon()); !sent) give_up(sent.error());
}

Answer receive_answer(protocol::Channel& channel) {
  Answer answer;
  for (;;) {
    const auto text = channel.receive(soon());
    if (!text) answer.bytes += "(" + text.error().sentence() + ")";
    if (!text || !*text) return answer;
    answer.bytes += **text + "\n";
    auto reply = protocol::parse_reply(**text);
    if (!reply) return answer;
    answer.last = std::move(*reply);
    if (!answer.last.continues) return answer;
  }
}

Answer ask(const Household& house, std::string_view method, std::string_view parameters, bool more) {
  protocol::Channel channel = connect_to(house);
  send_call(channel, method, parameters, more);
  return receive_answer(channel);
}

std::vector<std::string> audit_lines(const Household& house) { return stored_audit_lines(house.audit_folder()); }

}  // namespace signet::test
