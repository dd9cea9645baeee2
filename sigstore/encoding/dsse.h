// DSSE: the pre-authentication encoding, and in-toto statements as its payload (DSSE protocol v1.0; in-toto Statement
// v1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";
/// More are refused by other verifiers (sigstore-go reads 1,024); we write at most 1,000 (D6).
inline constexpr std::size_t kMaxSubjects = 1024;
inline constexpr std::size_t kMaxDigestsPerSubject = 32;

/// "DSSEv1 <len> <type> <len> <payload>": the bytes that are signed.
[[nodiscard]] Bytes encode_pae(std::string_view payload_type, ByteView payload);

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
/// subject
///                        without digest, malformed digests, or no predicateType
/// @error LimitExceeded   more than kMaxSubjects subjects or kMaxDigestsPerSubject digests
[[nodiscard]] Result<Statement> parse_statement(ByteView payload);

/// True where some subject has this digest.
[[nodiscard]] bool statement_names(const Statement& statement, const Digest& digest);

}  // namespace signet::sigstore
