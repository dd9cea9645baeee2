// The messages of the SSH agent protocol (RFC 9987): what a client asks and what an agent answers, its type first and
// without the length of its frame (ssh/frames.h).
//
// Sources: RFC 9987 §3 to §5; OpenSSH's PROTOCOL.agent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/secret.h"

namespace signet::ssh {

/// The types that are used here; the numbers of RFC 9987 §7.1.
enum class AgentMessage : std::uint8_t {
  Failure = 5,
  Success = 6,
  RequestIdentities = 11,
  IdentitiesAnswer = 12,
  SignRequest = 13,
  SignResponse = 14,
  Lock = 22,
  Unlock = 23,
  Extension = 27,
  ExtensionFailure = 28,
  ExtensionResponse = 29,
};

/// The most keys of one list: more than OpenSSH's clients take.
inline constexpr std::size_t kMaxIdentities = 2048;
/// The extension whose answer is the list of extensions.
inline constexpr std::string_view kQuery = "query";

struct IdentitiesRequest {};
struct SignRequest {
  Bytes key_blob;
  Bytes data;
  std::uint32_t flags = 0;  ///< ssh/signature.h
};
struct ExtensionRequest {
  std::string name;  ///< outside text
  Bytes contents;    ///< all that stands behind the name
};
struct LockRequest {
  Secret password;
};
struct UnlockRequest {
  Secret password;
};
/// Everything else: adding and removing keys, and types that are not known.
struct OtherRequest {
  std::uint8_t type = 0;
};
using AgentRequest =
    std::variant<IdentitiesRequest, SignRequest, ExtensionRequest, LockRequest, UnlockRequest, OtherRequest>;

/// Reads what a client asks. A password is copied: the caller wipes `message`.
///
/// @error InvalidRequest  an empty message, or one of a known type that is malformed or has bytes behind it
[[nodiscard]] Result<AgentRequest> parse_agent_request(ByteView message);

/// What a client sends; the inverse of parse_agent_request() for these three.
[[nodiscard]] Bytes encode_agent_request(const IdentitiesRequest& request);
[[nodiscard]] Bytes encode_agent_request(const SignRequest& request);
[[nodiscard]] Bytes encode_agent_request(const ExtensionRequest& request);

/// A key of the list.
struct AgentIdentity {
  Bytes key_blob;
  std::string comment;  ///< from another agent: outside text

  bool operator==(const AgentIdentity&) const = default;
};

/// The list of keys.
///
/// @error LimitExceeded  more than kMaxIdentities, or longer than a message may be
[[nodiscard]] Result<Bytes> encode_identities_answer(const std::vector<AgentIdentity>& identities);
/// @param signature  a blob as encode_signature() makes it
[[nodiscard]] Bytes encode_sign_response(ByteView signature);
/// The list of extensions that kQuery asks for.
[[nodiscard]] Bytes encode_query_response(const std::vector<std::string_view>& extensions);
/// A message without contents: Success, Failure, ExtensionFailure.
[[nodiscard]] Bytes encode_plain_answer(AgentMessage type);

/// Reads the answer of another agent to IdentitiesRequest.
///
/// @error NotAuthorized   it answered with a failure
/// @error InvalidRequest  another message, a malformed one, or more than kMaxIdentities
[[nodiscard]] Result<std::vector<AgentIdentity>> parse_identities_answer(ByteView message);
/// Reads the answer of another agent to SignRequest: the signature's blob, which is not checked here.
///
/// @error NotAuthorized   it answered with a failure
/// @error InvalidRequest  another message, or a malformed one
[[nodiscard]] Result<Bytes> parse_sign_response(ByteView message);

}  // namespace signet::ssh
