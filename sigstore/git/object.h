// git objects as they are signed: commits, tags and push certificates without their signature (git:
// gitformat-signature).
//
// Strict and byte-exact: nothing is normalised, a repeated header is refused, because a library that repairs an object
// signs or verifies another one than git uses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore {

/// True for 40 or 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_git_object_id(std::string_view text);

enum class GitObjectKind : std::uint8_t { Commit, Tag, PushCertificate };

struct GitObject {
  GitObjectKind kind = GitObjectKind::Commit;
  std::string tree;                  ///< commit
  std::vector<std::string> parents;  ///< commit
  std::string author;                ///< commit: "A U Thor <a@example.org> 1700000000 +0100"
  std::string committer;             ///< commit's committer, tag's tagger; empty where there is none
  std::string target;                ///< tag: object id
  std::string target_type;           ///< tag
  std::string tag;                   ///< tag
  std::string pusher;                ///< push certificate
  std::string subject;               ///< first line of the message; push: the first ref line
  std::size_t refs = 0;              ///< push certificate: the number of its ref lines
  Bytes bytes;                       ///< the object as it is signed

  /// The e-mail address of the committer or tagger; nothing where there is none.
  [[nodiscard]] std::optional<std::string> committer_email() const;
  /// One line for prompts and the audit log, made safe to show: 'commit by <a@example.org> "A U Thor": "subject"'.
  /// Who and to what come first; free text is cut, quoted, and comes last, so that none can pass for another part.
  [[nodiscard]] std::string summary() const;
};

/// Reads an unsigned object.
///
/// Headers that are not known here are taken once each (mergetag: as often as there are merged tags). A tag whose
/// message quotes the beginning of a signature is one that is not signed: only a whole one at its end is a signature.
///
/// @error InvalidRequest  none of the three kinds, a header is missing, repeated or out of order, a malformed id, name
///                        or date, a NUL byte, or it is signed already
/// @error LimitExceeded   larger than `max_bytes` (D16: 2.5 MiB)
[[nodiscard]] Result<GitObject> parse_git_object(ByteView bytes, std::size_t max_bytes);

/// A stored object taken apart: what was signed, and the signature.
struct SignedGitObject {
  Bytes payload;
  std::string signature;  ///< armored; empty where the object is not signed
};

/// Splits a commit or tag as `git cat-file` prints it: gpgsig and gpgsig-sha256 headers of commits, the last armor of
/// tags. Where both headers stand there, the signature is the one of the object's own hash: the other one is of its
/// translation.
///
/// @error InvalidRequest  more than one signature header of a kind, one before a header that git reads from the front,
///                        or a payload that parse_git_object() refuses
[[nodiscard]] Result<SignedGitObject> split_signed_git_object(ByteView bytes);

}  // namespace signet::sigstore
