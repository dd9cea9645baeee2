#include "agent/tokens/session_key.h"

#include <utility>

namespace signet::agent {

Awaitable<Result<Bytes>> SessionKey::sign(const Intent& /*intent*/, protocol::SessionStep step, const Digest& digest,
                                          Deadline deadline, OnWaiting on_waiting) {
  const auto build = [this, step, &digest, deadline] {
    protocol::TokenSessionSignRequest request{
        .public_key = to_bytes(public_key_.spki()), .digest = digest, .step = step};
    request.deadline = deadline.remaining();
    return request.encode();
  };
  auto reply = co_await line_->call("SignWithSessionKey", build, deadline, std::move(on_waiting));
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_sign_reply(*reply);
  if (parsed && parsed->signature) co_return std::move(*parsed->signature);
  co_return fail(ErrorCode::WorkerFailed, "the worker answered without a signature");
}

}  // namespace signet::agent
