// What is attested about a commit: an in-toto statement with one subject, the commit by its id and by the SHA-256 of
// its bytes, and with what stands in the commit as its predicate (gitsign's predicate/git/v0.1).
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

/// @source gitsign's `show`: {source: {tree, parents, author, committer, message}, signature}
inline constexpr std::string_view kCommitPredicateType = "https://gitsign.sigstore.dev/predicate/git/v0.1";

struct CommitSubject {
  std::string id;  ///< object id: 40 or 64 lower-case hexadecimal digits
  Digest sha256;   ///< of the bytes that `git cat-file commit` prints, the commit's own signature among them
  bool operator==(const CommitSubject&) const = default;
};

/// Writes the statement about a commit. What of it is not UTF-8, which JSON cannot hold, is left out of the predicate;
/// the digest is of every byte.
///
/// @param id      the commit's object id
/// @param commit  its bytes, signed or not
/// @error InvalidRequest  these bytes are no commit
[[nodiscard]] Result<std::string> encode_commit_statement(std::string_view id, ByteView commit);

/// Which commit a statement is about; who signed it, and whether that commit is the one that is held, is not looked at.
///
/// @error InvalidRequest  no strict statement, another predicate type, or not one subject with both digests
/// @error LimitExceeded   as parse_statement()
[[nodiscard]] Result<CommitSubject> parse_commit_statement(ByteView payload);

/// Holds what a statement's predicate says of a commit against the commit's bytes: tree, parents, message, and the
/// names and addresses of author and committer, each where it is said. The digest is of the bytes, and does not cover
/// these words, which people were shown when they agreed.
///
/// @param payload  one that parse_commit_statement() took
/// @error InvalidRequest  one of them is another, or these bytes are no commit
[[nodiscard]] Result<void> check_commit_predicate(ByteView payload, ByteView commit);

/// The first line of the message that such a statement's predicate has; empty where it has none. It is the word of
/// whoever made the statement: display_text() before it is shown.
[[nodiscard]] std::string commit_statement_title(ByteView payload);

}  // namespace signet::sigstore
