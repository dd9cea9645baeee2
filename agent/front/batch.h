// The items of one Sign call, in order: each with its progress and its result.
#pragma once

#include <cstddef>
#include <vector>

#include "agent/flow/signing.h"
#include "agent/policy/item.h"
#include "agent/policy/policy.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "json/value.h"
#include "protocol/agent_messages.h"
#include "protocol/asio/service.h"

namespace signet::agent {

/// A Sign request whose items were read. Only read_batch() makes one.
struct Batch {
  std::optional<std::string> identity{};
  std::vector<Item> items;
  protocol::Output output = protocol::Output::Bundle;
  std::optional<protocol::LogPolicy> log{};
  bool continue_on_error = false;
  bool streams = false;  ///< the client takes several replies

  /// What the policy decides on; refers to the items.
  [[nodiscard]] SigningWish wish() const;
};

/// @param streams  the call asked for more
/// @error InvalidRequest  several items without `more`, or as read_item()
[[nodiscard]] Result<Batch> read_batch(protocol::SignRequest request, bool streams);

/// Items of one batch that are at work at once: one at the token, the others at the services (D6). A log that answers
/// once a second is asked by so many in one go; more would only take a larger share of what others wait for.
inline constexpr std::size_t kItemsAtWork = 8;

/// Signs the items: the token is asked in their order, one at a time; time stamps and log entries of up to kItemsAtWork
/// items are fetched at once; replies go out in the order of the items. Stops at the first failure unless
/// `continue_on_error`: the failure is the last reply, items behind it that are at work are cancelled, and what became
/// of them stands in the audit log alone. Cancelled as a whole when the client has gone. Yields the last reply; those
/// before it go through `more`.
///
/// @error of the item, where the client takes one reply only
Awaitable<Result<json::Value>> sign_batch(SigningFlow& flow, const SigningOrder& order, Batch batch,
                                          const protocol::SendMore& more);

}  // namespace signet::agent
