#include "agent/flow/evidence.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/flow/deadlines.h"
#include "agent/flow/service_errors.h"
#include "agent/loop/together.h"
#include "sigstore/services/log_upload.h"
#include "sigstore/services/timestamp_authority.h"
#include "sigstore/services/transport.h"

namespace signet::agent {
namespace {

using protocol::ProgressKind;
using sigstore::Evidence;

// A log that says no (4xx) stored nothing, unless it has the entry already (409). Any other reply, or none, may come of
// a log that did.
bool may_have_stored(const Result<sigstore::HttpResponse>& response) {
  constexpr long kFirstRefusal = 400;
  constexpr long kExists = 409;
  constexpr long kFirstFailure = 500;
  if (!response) return response.error().code != ErrorCode::InvalidRequest;  // that one was not sent
  return response->status < kFirstRefusal || response->status == kExists || response->status >= kFirstFailure;
}

/// Sends for one log, and sees whether it may have stored what was uploaded, whatever is thought of its replies.
class WatchedUpload final : public sigstore::HttpTransport {
 public:
  explicit WatchedUpload(sigstore::HttpTransport& real) : real_(real) {}
  Awaitable<Result<sigstore::HttpResponse>> send(sigstore::HttpRequest request, Deadline deadline) override {
    const bool is_upload = request.method == "POST";
    auto response = co_await real_.send(std::move(request), deadline);
    if (is_upload && may_have_stored(response)) may_be_stored_ = true;
    co_return response;
  }
  [[nodiscard]] bool may_be_stored() const { return may_be_stored_; }

 private:
  sigstore::HttpTransport& real_;
  bool may_be_stored_ = false;
};

/// One signature's round of all services. It lives until all jobs have ended.
class Gathering {
 public:
  Gathering(sigstore::HttpTransport& transport, const Clock& clock, const sigstore::ServiceChoice& services,
            const sigstore::SignedDraft& signed_draft, const sigstore::Certificate& leaf,
            const sigstore::TrustedRoot& root, Deadline deadline)
      : transport_(transport),
        clock_(clock),
        services_(services),
        signed_draft_(signed_draft),
        leaf_(leaf),
        root_(root),
        deadline_(deadline) {
    evidence_.timestamps.resize(services.timestamp_authorities.size());
    evidence_.entries.resize(services.logs.size());
  }

  [[nodiscard]] std::vector<Job> jobs() {
    std::vector<Job> jobs;
    jobs.reserve(services_.timestamp_authorities.size() + services_.logs.size());
    for (std::size_t i = 0; i < services_.timestamp_authorities.size(); ++i) {
      jobs.emplace_back([this, i] { return stamp(i); });
    }
    for (std::size_t i = 0; i < services_.logs.size(); ++i) jobs.emplace_back([this, i] { return log(i); });
    return jobs;
  }

  [[nodiscard]] Result<Evidence> result() {
    if (!error_) return std::move(evidence_);
    error_->what += stored_;
    return fail(std::move(*error_));
  }

 private:
  Awaitable<bool> stamp(std::size_t place) {
    auto reply = co_await sigstore::request_timestamp(transport_, services_.timestamp_authorities[place],
                                                      signed_draft_.signature(), root_, clock_.now(),
                                                      deadline_.within(kTimestampTime));
    if (!reply) {
      co_return keep_first(std::move(reply.error()), ErrorCode::TimestampUnavailable, "the timestamp authority");
    }
    evidence_.timestamps[place] = std::move(*reply);
    co_return true;
  }

  Awaitable<bool> log(std::size_t place) {
    const sigstore::LogChoice& chosen = services_.logs[place];
    WatchedUpload upload(transport_);
    auto entry =
        co_await sigstore::upload_to_log(upload, chosen, signed_draft_, leaf_, root_, deadline_.within(kLogTime));
    const std::string named = services_.logs.size() > 1 ? "the log at " + chosen.url : "the log";
    if (!entry) {
      if (upload.may_be_stored()) stored_ += "; " + named + " may hold its entry all the same";
      co_return keep_first(std::move(entry.error()), ErrorCode::LogUnavailable, "the log");
    }
    stored_ += "; " + named + " holds its entry " + std::to_string(entry->log_index);
    evidence_.entries[place] = std::move(*entry);
    co_return true;
  }

  // The job that failed first: what the others say is its consequence.
  bool keep_first(Error error, ErrorCode unavailable, const std::string& service) {
    if (error_) return false;
    error_ = deadline_.passed() ? std::move(error) : name_the_service(std::move(error), unavailable, service);
    return false;
  }

  sigstore::HttpTransport& transport_;
  const Clock& clock_;
  const sigstore::ServiceChoice& services_;
  const sigstore::SignedDraft& signed_draft_;
  const sigstore::Certificate& leaf_;
  const sigstore::TrustedRoot& root_;
  Deadline deadline_;

  Evidence evidence_;
  std::optional<Error> error_;
  std::string stored_;  ///< what the logs hold of it, or may hold: no signature, and yet an entry
};

std::string counted(std::size_t count, const std::string& one, const std::string& several) {
  return count == 1 ? one : std::to_string(count) + " " + several;
}

Awaitable<void> announce(const Report& report, const sigstore::ServiceChoice& services) {
  const std::size_t authorities = services.timestamp_authorities.size();
  const std::string asking = "asking " + counted(authorities, "the timestamp authority", "timestamp authorities");
  const std::string uploading =
      "uploading to " + counted(services.logs.size(), "the transparency log", "transparency logs");
  if (authorities > 0) co_await report(ProgressKind::Timestamp, asking);
  co_await report(ProgressKind::Log, uploading);
}

}  // namespace

Awaitable<Result<Evidence>> gather_evidence(boost::asio::any_io_executor executor, sigstore::HttpTransport& transport,
                                            const Clock& clock, const sigstore::ServiceChoice& services,
                                            const sigstore::SignedDraft& signed_draft,
                                            const sigstore::Certificate& leaf, const sigstore::TrustedRoot& root,
                                            Report report, Deadline deadline) {
  Gathering gathering(transport, clock, services, signed_draft, leaf, root, deadline);
  if (report) co_await announce(report, services);
  co_await run_together(std::move(executor), gathering.jobs());
  auto evidence = gathering.result();
  if (!evidence) co_return fail(std::move(evidence.error()));
  const std::string checked = services.logs.size() == 1 ? "the log's proof is checked" : "the logs' proofs are checked";
  if (report) co_await report(ProgressKind::Logged, checked);
  co_return evidence;
}

}  // namespace signet::agent
