#include "bench/agent_load.h"

#include <memory>
#include <utility>

#include "bench/bare_module.h"
#include "bench/record.h"
#include "common/base64.h"

namespace signet::bench {
namespace {

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

constexpr std::string_view kMember = "\"raw\":\"";

}  // namespace

std::string raw_call(const Digest& digest, std::string_view identity, int deadline_ms) {
  std::string text = R"({"method":"org.signet.Agent.Sign","parameters":{)";
  if (!identity.empty()) text += "\"identity\":\"" + std::string(identity) + "\",";
  if (deadline_ms > 0) text += "\"deadline_ms\":" + std::to_string(deadline_ms) + ",";
  return text + R"("output":"raw","items":[{"digest":")" + encode_digest(digest) + "\"}]}}" + std::string(1, '\0');
}

protocol::Channel connect_to(const std::filesystem::path& socket) {
  auto channel = protocol::Channel::connect(socket, soon());
  if (!channel) give_up(channel.error().sentence());
  return std::move(*channel);
}

std::string ask(protocol::Channel& channel, std::string_view message) {
  if (auto sent = channel.send(message, soon()); !sent) give_up(sent.error().sentence());
  auto reply = channel.receive(soon());
  if (!reply) give_up(reply.error().sentence());
  if (!*reply) give_up("the agent closed the connection");
  return std::move(**reply);
}

Bytes signature_in(std::string_view reply) {
  const auto start = reply.find(kMember);
  if (start == std::string_view::npos) give_up("the agent refuses: " + std::string(reply));
  const auto text = reply.substr(start + kMember.size());
  auto signature = parse_base64(text.substr(0, text.find('"')));
  if (!signature) give_up("the agent's signature is not base64: " + std::string(reply));
  return std::move(*signature);
}

Operation raw_client(const std::filesystem::path& socket, const sigstore::PublicKey* key, std::string identity) {
  const auto channel = std::make_shared<protocol::Channel>(connect_to(socket));
  const auto digests = std::make_shared<Digests>();
  if (key != nullptr) {
    const Digest digest = digests->next();
    const Bytes signature = signature_in(ask(*channel, raw_call(digest, identity)));
    if (!key->verify_digest(digest, signature)) give_up("the agent's signature is not of the token's key");
  }
  return [channel, digests, identity = std::move(identity)] {
    const std::string reply = ask(*channel, raw_call(digests->next(), identity));
    if (reply.find(kMember) == std::string::npos) give_up("the agent refuses: " + reply);
  };
}

}  // namespace signet::bench
