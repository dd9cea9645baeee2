#include "agent/flow/evidence.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/flow/deadlines.h"
#include "agent/flow/service_errors.h"
#include "agent/loop/together.h"
#include "sigstore/services/rekor.h"
#include "sigstore/services/timestamp_authority.h"

namespace signet::agent {
namespace {

using protocol::ProgressKind;

Error named(Error error, Deadline whole, ErrorCode unavailable, const std::string& service) {
  return whole.passed() ? error : name_the_service(std::move(error), unavailable, service);
}

}  // namespace

Awaitable<Result<Evidence>> gather_evidence(boost::asio::any_io_executor executor, sigstore::HttpTransport& transport,
                                            const Clock& clock, const Services& services,
                                            const sigstore::SignedDraft& signed_draft,
                                            const sigstore::Certificate& leaf, const sigstore::TrustedRoot& root,
                                            Report report, Deadline deadline) {
  Evidence evidence;
  std::optional<Error> error;  // of the job that failed first: the other one's is its consequence
  std::string stored;          // what the log holds of it, or may hold: no signature, and yet an entry
  const auto keep_first = [&error](Error found) {
    if (!error) error = std::move(found);
    return false;
  };
  Job stamp = [&]() -> Awaitable<bool> {
    auto reply = co_await sigstore::request_timestamp(transport, services.timestamp_authority, signed_draft.signature(),
                                                      root, clock.now(), deadline.within(kTimestampTime));
    if (!reply) {
      co_return keep_first(
          named(std::move(reply.error()), deadline, ErrorCode::TimestampUnavailable, "the timestamp authority"));
    }
    evidence.timestamp = std::move(*reply);
    co_return true;
  };
  Job log = [&]() -> Awaitable<bool> {
    const sigstore::HashedRekord record = signed_draft.log_record(leaf);
    auto entry = co_await sigstore::upload_record(transport, services.log, record, root, deadline.within(kLogTime));
    if (!entry) {
      if (entry.error().code != ErrorCode::LogRefused) stored = "the log may hold its entry all the same";
      co_return keep_first(named(std::move(entry.error()), deadline, ErrorCode::LogUnavailable, "the log"));
    }
    stored = "the log holds its entry " + std::to_string(entry->log_index);
    evidence.entry = std::move(*entry);
    co_return true;
  };
  if (report) {
    co_await report(ProgressKind::Timestamp, "asking the timestamp authority");
    co_await report(ProgressKind::Log, "uploading to the transparency log");
  }
  std::vector<Job> jobs;
  jobs.push_back(std::move(stamp));
  jobs.push_back(std::move(log));
  co_await run_together(std::move(executor), std::move(jobs));
  if (error && !stored.empty()) error->what += "; " + stored;
  if (error) co_return fail(std::move(*error));
  if (report) co_await report(ProgressKind::Logged, "the log's proof is checked");
  co_return evidence;
}

}  // namespace signet::agent
