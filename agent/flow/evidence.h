// What the services say about one signature: when it was made, and where it is in which log.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agent/flow/report.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/services/transport.h"
#include "sigstore/sign/draft.h"
#include "sigstore/trust/service_choice.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::agent {

/// Asks all chosen timestamp authorities and logs at once, each within its own time (D15); each answer is checked as it
/// comes. When one fails the others are given up. What comes back has the order of `services`.
///
/// @error TimestampUnavailable, TimestampRefused, LogUnavailable, LogRefused, Deadline, Cancelled: of the service that
///        failed first, which the message names by its URL; it also says what the logs hold of the signature all the
///        same
Awaitable<Result<sigstore::Evidence>> gather_evidence(
    boost::asio::any_io_executor executor, sigstore::HttpTransport& transport, const Clock& clock,
    const sigstore::ServiceChoice& services, const sigstore::SignedDraft& signed_draft,
    const sigstore::Certificate& leaf, const sigstore::TrustedRoot& root, Report report, Deadline deadline);

}  // namespace signet::agent
