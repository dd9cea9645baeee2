// End of step 2: that what the log committed to is of this bundle. This binds the entry, and with it proof and time, to
// this signature.
#pragma once

#include "sigstore/bundle/bundle.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/signed_content.h"
#include "sigstore/verify/signer.h"

namespace signet::sigstore {

/// Compares certificate or key, signature, and of an envelope the content: its payload (dsse, intoto) or its PAE
/// (hashedrekord 0.0.2). A message is compared in step 8 (signature_check.h), where it is known which digest was
/// signed.
///
/// @error LogEntryMismatch  the record is of another key, signature or content, or of another kind of content
[[nodiscard]] Verdict<void> check_record(const LogBody& record, const Bundle& bundle, const Signer& signer,
                                         SignedContent& content);

}  // namespace signet::sigstore
