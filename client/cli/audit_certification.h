// A token's word for the key that signs the audit log's checkpoints (D12): an attestation, made and verified like any
// other.
#pragma once

#include <optional>
#include <string>

#include "audit/folder.h"
#include "client/cli/trust.h"
#include "client/cli/verb.h"
#include "client/cli/verdict.h"
#include "common/error.h"

namespace signet::cli {

/// The in-toto statement that is signed: its subject is the log's origin with the SHA-256 of its verifier key, its
/// predicate says the rest. Always the same bytes for the same key.
///
/// @param verifier_key  as in audit::Folder::verifier_key(), without a line end
[[nodiscard]] std::string certification_statement(std::string_view origin, std::string_view verifier_key);

/// What was found of the certification of a log's key.
struct Certification {
  std::optional<Judged> judged{};      ///< a verdict on it
  std::optional<Error> not_checked{};  ///< there is one, and nobody said whom to expect, or it cannot be read
};

/// Verifies the certification that lies beside the log under the trust choices of `arguments`; nothing where there is
/// none.
[[nodiscard]] std::optional<Certification> check_certification(const audit::Folder& folder, std::string_view origin,
                                                               std::string_view verifier_key,
                                                               const Arguments& arguments);

}  // namespace signet::cli
