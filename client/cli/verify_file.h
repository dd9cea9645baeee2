// One file of `signet verify`: finds its bundle, hashes it, asks the verifier.
#pragma once

#include <string>

#include "client/cli/verdict.h"
#include "client/cli/verify_question.h"
#include "common/error.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {

/// Safe to call from several threads with the same question.
///
/// @param operand    a file, or its digest (sigstore::is_digest_operand())
/// @param on_hashed  told how far the hashing of the file has come; may be empty
/// @error InvalidRequest, LimitExceeded  the file or its bundle cannot be read; nothing was judged
[[nodiscard]] Result<Judged> verify_file(const std::string& operand, const Question& question,
                                         const sigstore::OnHashed& on_hashed);

}  // namespace signet::cli
