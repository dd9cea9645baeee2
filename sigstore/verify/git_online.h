// Commits and tags of gitsign's online mode. Their CMS signature carries no log entry: what is logged is a second
// signature by the same key, over the object's name, and only somebody who asks the log has it.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/git/object.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/report.h"

namespace signet::sigstore {

/// Verifies such a signature with the entry that a log gave: the entry as any other, with the object's name as the
/// artifact and the certificate of the CMS signature; and then that this signature is by the same key, over this
/// object.
///
/// @param name   git_object_name() of the whole object
/// @param parts  the object taken apart
/// @param entry  hashedrekord 0.0.1 with its body
[[nodiscard]] Examination examine_git_signature_online(std::string_view name, const SignedGitObject& parts,
                                                       const LogEntry& entry, const TrustedRoot& root,
                                                       const IdentityPolicy& policy);

}  // namespace signet::sigstore
