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
#include "ssh/login.h"
#include "ssh/sshsig.h"

namespace signet::agent {

struct StatementItem {
  Bytes bytes;  ///< signed as they are
  sigstore::Statement statement;
};

/// What `ssh-keygen -Y sign` asks for.
struct SshSignatureItem {
  Bytes bytes;  ///< signed as they are
  ssh::SshsigRequest request;
};

/// What ssh asks for.
struct SshLoginItem {
  Bytes bytes;  ///< signed as they are
  ssh::Login login;
};

struct Item {
  std::variant<Digest, StatementItem, sigstore::GitObject, SshSignatureItem, SshLoginItem> object;
  /// SHA-256 of the object; for a digest: the digest itself, and for an SSH signature the one that it is over.
  Digest digest;
  std::string summary;                ///< one line for a person, made safe to show; empty for a digest
  std::optional<std::string> name{};  ///< what the client calls it: a claim, made safe to show

  /// "digest", "statement", "git", "ssh-signature" or "ssh-login".
  [[nodiscard]] std::string_view kind() const;
  /// What a prompt says of it: the summary; for a digest, which says nothing, what the client calls it, as its claim.
  [[nodiscard]] std::string prompt() const;
};

/// Reads one item of a request.
///
/// @error InvalidRequest  not a git object without signature, or not an in-toto statement that may be signed
/// @error LimitExceeded   a git object over protocol::kMaxGitObject, or more than sigstore::kMaxSubjectsSigned subjects
[[nodiscard]] Result<Item> read_item(protocol::Content content);

/// Reads what an SSH client asks to be signed: bytes that are neither of the two are signed for nobody, because they
/// could be anything.
///
/// @error InvalidRequest, KeyUnsuitable  as ssh::parse_sshsig_request() or ssh::parse_login()
[[nodiscard]] Result<Item> read_ssh_item(Bytes data);

}  // namespace signet::agent
