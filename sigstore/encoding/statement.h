// in-toto statements: what is attested about which artifacts (in-toto attestation framework, Statement v1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

/// More are refused by other verifiers (sigstore-go reads 1,024).
inline constexpr std::size_t kMaxSubjects = 1024;
/// As many as we sign: every verifier reads them, whatever it counts besides (D6).
inline constexpr std::size_t kMaxSubjectsSigned = 1000;
inline constexpr std::size_t kMaxDigestsPerSubject = 32;

/// One subject of a statement; digests of other algorithms than ours are left out.
struct StatementSubject {
  std::string name;
  std::vector<Digest> digests;
};

/// What a verifier and an approver need to know of a statement.
struct Statement {
  std::string predicate_type;
  std::vector<StatementSubject> subjects;
};

/// Reads an in-toto Statement v1 strictly.
///
/// @error InvalidRequest  not strict JSON, another `_type`, unknown members at the top or in a subject, no subject, a
///                        subject without digest, malformed digests, or no predicateType
/// @error LimitExceeded   more than kMaxSubjects subjects or kMaxDigestsPerSubject digests
[[nodiscard]] Result<Statement> parse_statement(ByteView payload);

/// Reads a statement that is to be signed: every other verifier must be able to read it, too.
///
/// @error InvalidRequest  as parse_statement(), or a predicateType that is no URI
/// @error LimitExceeded   as parse_statement(), or more than kMaxSubjectsSigned subjects
[[nodiscard]] Result<Statement> parse_statement_to_sign(ByteView payload);

/// Writes a statement. The predicate stands in it as it was written: nothing of it is rounded or reordered.
///
/// @param predicate  the text of a JSON object, read strictly before
[[nodiscard]] std::string encode_statement(const Statement& statement, std::string_view predicate);

/// The first subject that has one of these digests, or nullptr.
[[nodiscard]] const StatementSubject* find_subject(const Statement& statement, const std::vector<Digest>& digests);

/// True for an absolute URI: a scheme, a colon, and printable ASCII without blanks, quotes and angle brackets (RFC 3986
/// §3, in-toto TypeURI).
[[nodiscard]] bool is_type_uri(std::string_view text);

}  // namespace signet::sigstore
