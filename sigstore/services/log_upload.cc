#include "sigstore/services/log_upload.h"

#include "sigstore/services/rekor.h"
#include "sigstore/services/rekor_v1.h"

namespace signet::sigstore {

Awaitable<Result<LogEntry>> upload_to_log(HttpTransport& transport, const LogChoice& log, const SignedDraft& draft,
                                          const Certificate& leaf, const TrustedRoot& root, Deadline deadline) {
  if (log.api == RekorApi::V1) {
    const LogProposal proposal = draft.log_proposal(leaf);
    co_return co_await upload_proposal(transport, log.url, proposal, root, deadline);
  }
  const HashedRekord record = draft.log_record(leaf);
  co_return co_await upload_record(transport, log.url, record, root, deadline);
}

}  // namespace signet::sigstore
