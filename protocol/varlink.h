// Varlink messages (varlink.org, "Interface Definition" and "Protocol"): calls, replies and errors as JSON objects,
// each ended by one NUL byte.
//
// This is the codec alone: framing is framer.h, the members of our own methods are agent_messages.h and
// token_messages.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "json/value.h"

namespace signet::protocol {

struct Call {
  std::string method;      ///< fully qualified: "org.signet.Agent.Sign"
  json::Value parameters;  ///< an object; empty where the message has none
  bool more = false;       ///< the client accepts several replies
  bool oneway = false;     ///< the client wants no reply, not even an error
  bool upgrade = false;    ///< the client wants to change the protocol; always refused
};

struct Reply {
  json::Value parameters;              ///< an object
  bool continues = false;              ///< another reply follows
  std::optional<std::string> error{};  ///< fully qualified: "org.signet.Agent.KeyNotFound"
};

/// Reads the JSON text of one call (without the NUL).
///
/// @error InvalidRequest  not strict JSON, no or malformed `method`, `parameters` no object, or an unknown member
/// @error LimitExceeded   over kMessageLimits
[[nodiscard]] Result<Call> parse_call(std::string_view text);

/// The JSON text of one call, with its NUL.
[[nodiscard]] std::string encode_call(const Call& call);

/// Reads the JSON text of one reply (without the NUL). Unknown members are tolerated.
///
/// @error InvalidRequest  not strict JSON or not a reply
/// @error LimitExceeded   over kMessageLimits
[[nodiscard]] Result<Reply> parse_reply(std::string_view text);

/// The JSON text of one reply, with its NUL.
[[nodiscard]] std::string encode_reply(const Reply& reply);

/// The reply that carries `error` as "<interface>.<error name>" with members what, remedy and context.
[[nodiscard]] Reply reply_from_error(std::string_view interface, const Error& error);

/// The inverse, for clients; `reply.error` is set. org.varlink.service errors become InvalidRequest (PermissionDenied:
/// NotAuthorized) with a sentence that says what they mean; an error of an unknown name becomes WorkerFailed.
[[nodiscard]] Error error_from_reply(const Reply& reply);

/// The members what, remedy and context of an error, as every error and the failure of a batch item carry them.
[[nodiscard]] json::Object encode_error_fields(const Error& error);

/// The same with the error's name as member "error" before them: a failure as JSON.
[[nodiscard]] json::Object encode_error(const Error& error);

/// The inverse: `name` is the error's name without the interface.
[[nodiscard]] Error error_from_fields(std::string_view name, const json::Value& parameters);

}  // namespace signet::protocol
