// What the services say about one signature: when it was made, and where it is in the log.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agent/flow/report.h"
#include "agent/flow/services.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/services/transport.h"
#include "sigstore/sign/draft.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::agent {

struct Evidence {
  Bytes timestamp;  ///< TimeStampResp, DER
  sigstore::LogEntry entry;
};

/// Asks the timestamp authority and the log at once; each answer is checked as it comes. When one fails the other is
/// given up.
///
/// @error TimestampUnavailable, TimestampRefused, LogUnavailable, LogRefused, Deadline, Cancelled
Awaitable<Result<Evidence>> gather_evidence(boost::asio::any_io_executor executor, sigstore::HttpTransport& transport,
                                            const Clock& clock, const Services& services,
                                            const sigstore::SignedDraft& signed_draft,
                                            const sigstore::Certificate& leaf, const sigstore::TrustedRoot& root,
                                            Report report, Deadline deadline);

}  // namespace signet::agent
