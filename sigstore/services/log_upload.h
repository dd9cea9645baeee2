// A signature's way into a log, by the API that the log speaks.
#pragma once

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/services/transport.h"
#include "sigstore/sign/draft.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/service_choice.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Uploads the signature in the form that the log has for it, and yields its entry, checked.
///
/// @error as upload_record() and upload_proposal()
Awaitable<Result<LogEntry>> upload_to_log(HttpTransport& transport, const LogChoice& log, const SignedDraft& draft,
                                          const Certificate& leaf, const TrustedRoot& root, Deadline deadline);

}  // namespace signet::sigstore
