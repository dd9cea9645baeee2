// One thing that a request asks to be signed, read and hashed by the agent itself: what is recorded, shown and signed
// is what was read here, never what somebody says about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "protocol/agent_messages.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/git/object.h"

namespace signet::agent {

struct StatementItem {
  Bytes bytes;  ///< signed as they are
  sigstore::Statement statement;
};

struct Item {
  std::variant<Digest, StatementItem, sigstore::GitObject> object;
  Digest digest;                      ///< SHA-256 of the object; for a digest: the digest itself
  std::string summary;                ///< one line for a person, made safe to show; empty for a digest
  std::optional<std::string> name{};  ///< what the client calls it: a claim, made safe to show

  /// "digest", "statement" or "git".
  [[nodiscard]] std::string_view kind() const;
  /// What a prompt says of it: the summary; for a digest, which says nothing, what the client calls it, as its claim.
  [[nodiscard]] std::string prompt() const;
};

/// Reads one item of a request.
///
/// @error InvalidRequest  not a git object without signature, or not an in-toto statement that may be signed
/// @error LimitExceeded   a git object over protocol::kMaxGitObject, or more than sigstore::kMaxSubjectsSigned subjects
[[nodiscard]] Result<Item> read_item(protocol::Content content);

}  // namespace signet::agent
