#include "ssh/agent_messages.h"

#include <algorithm>
#include <array>

#include "ssh/frames.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

constexpr std::string_view kWhatRequest = "a request of the SSH agent protocol";
constexpr std::string_view kWhatAnswer = "an answer of the SSH agent protocol";
// What a client has to take for a failure: SSH_AGENT_FAILURE, SSH_AGENT_EXTENSION_FAILURE, and those of two old agents.
constexpr std::array<std::uint8_t, 4> kFailures = {5, 28, 30, 102};

std::uint8_t number(AgentMessage type) { return static_cast<std::uint8_t>(type); }

SignRequest read_sign_request(Reader& reader) {
  SignRequest request;
  request.key_blob = to_bytes(reader.string());
  request.data = to_bytes(reader.string());
  request.flags = reader.uint32();
  return request;
}

ExtensionRequest read_extension(Reader& reader) {
  ExtensionRequest request;
  request.name = reader.text();
  if (request.name.empty()) reader.refuse("an extension without a name");
  request.contents = to_bytes(reader.rest());
  return request;
}

AgentRequest read_request(Reader& reader) {
  const std::uint8_t type = reader.byte();
  switch (static_cast<AgentMessage>(type)) {
    case AgentMessage::RequestIdentities:
      return IdentitiesRequest{};
    case AgentMessage::SignRequest:
      return read_sign_request(reader);
    case AgentMessage::Extension:
      return read_extension(reader);
    case AgentMessage::Lock:
      return LockRequest{.password = Secret(std::string(reader.text()))};
    case AgentMessage::Unlock:
      return UnlockRequest{.password = Secret(std::string(reader.text()))};
    default:
      reader.rest();
      return OtherRequest{.type = type};
  }
}

// The reader behind the type, which must be `type`.
Result<Reader> answer_of_type(ByteView message, AgentMessage type) {
  Reader reader(message, kWhatAnswer);
  const std::uint8_t found = reader.byte();
  if (!reader.failed() && std::ranges::find(kFailures, found) != kFailures.end()) {
    return fail(ErrorCode::NotAuthorized, "the other SSH agent refused");
  }
  if (found != number(type)) reader.refuse("it is of another type than was asked for");
  return reader;
}

}  // namespace

Result<AgentRequest> parse_agent_request(ByteView message) {
  Reader reader(message, kWhatRequest);
  AgentRequest request = read_request(reader);
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return request;
}

Bytes encode_agent_request(const IdentitiesRequest&) { return encode_plain_answer(AgentMessage::RequestIdentities); }

Bytes encode_agent_request(const SignRequest& request) {
  return Writer()
      .byte(number(AgentMessage::SignRequest))
      .string(request.key_blob)
      .string(request.data)
      .uint32(request.flags)
      .take();
}

Bytes encode_agent_request(const ExtensionRequest& request) {
  return Writer().byte(number(AgentMessage::Extension)).string(request.name).raw(request.contents).take();
}

Result<Bytes> encode_identities_answer(const std::vector<AgentIdentity>& identities) {
  Writer writer;
  writer.byte(number(AgentMessage::IdentitiesAnswer)).uint32(static_cast<std::uint32_t>(identities.size()));
  for (const AgentIdentity& identity : identities) writer.string(identity.key_blob).string(identity.comment);
  Bytes message = writer.take();
  if (identities.size() > kMaxIdentities || message.size() > kMaxAgentMessage) {
    return fail(ErrorCode::LimitExceeded, "more keys than a list of the SSH agent protocol may hold");
  }
  return message;
}

Bytes encode_sign_response(ByteView signature) {
  return Writer().byte(number(AgentMessage::SignResponse)).string(signature).take();
}

Bytes encode_query_response(const std::vector<std::string_view>& extensions) {
  Writer writer;
  writer.byte(number(AgentMessage::ExtensionResponse)).string(kQuery);
  for (const std::string_view extension : extensions) writer.string(extension);
  return writer.take();
}

Bytes encode_plain_answer(AgentMessage type) { return {number(type)}; }

Result<std::vector<AgentIdentity>> parse_identities_answer(ByteView message) {
  auto reader = answer_of_type(message, AgentMessage::IdentitiesAnswer);
  if (!reader) return fail(std::move(reader.error()));
  const std::uint32_t count = reader->uint32();
  if (count > kMaxIdentities) reader->refuse("it has too many keys");
  std::vector<AgentIdentity> identities;
  for (std::uint32_t i = 0; i < count && reader->more(); ++i) {
    const ByteView key_blob = reader->string();
    identities.push_back({.key_blob = to_bytes(key_blob), .comment = std::string(reader->text())});
  }
  if (identities.size() < count) reader->refuse("it has fewer keys than it says");
  if (auto whole = reader->finish(); !whole) return fail(std::move(whole.error()));
  return identities;
}

Result<Bytes> parse_sign_response(ByteView message) {
  auto reader = answer_of_type(message, AgentMessage::SignResponse);
  if (!reader) return fail(std::move(reader.error()));
  const ByteView signature = reader->string();
  if (auto whole = reader->finish(); !whole) return fail(std::move(whole.error()));
  return to_bytes(signature);
}

}  // namespace signet::ssh
