#include "sigstore/services/rekor_v1.h"

#include <utility>

#include "common/hex.h"
#include "sigstore/services/called_log.h"
#include "sigstore/services/rekor_v1_reply.h"

namespace signet::sigstore {
namespace {

/// An entry may be as large as what was uploaded, and base64 makes it a third larger.
constexpr std::size_t kMaxReply = std::size_t{8} * 1024 * 1024;
constexpr const char* kEntries = "api/v1/log/entries";
constexpr long kExists = 409;

HttpRequest request_for(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Accept", "application/json");
  request.max_reply = kMaxReply;
  return request;
}

HttpRequest request_to_store(const CalledService& log, const LogProposal& proposal) {
  HttpRequest request = request_for(url_under(log.url, kEntries));
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = to_bytes(proposal.json);
  return request;
}

HttpRequest request_for_stored(const CalledService& log, const LogProposal& proposal) {
  const LeafHash leaf = hash_leaf(bytes_of(proposal.body));
  return request_for(url_under(log.url, std::string(kEntries) + "/" + encode_hex(leaf.value)));
}

}  // namespace

Awaitable<Result<LogEntry>> upload_proposal(HttpTransport& transport, std::string base_url, const LogProposal& proposal,
                                            const TrustedRoot& root, Deadline deadline) {
  const CalledService log = called_log(std::move(base_url));
  HttpRequest request = request_to_store(log, proposal);
  auto response = co_await call_service(transport, log, std::move(request), deadline);
  if (!response && response.error().code == log.unavailable) {
    HttpRequest again = request_to_store(log, proposal);
    response = co_await call_service(transport, log, std::move(again), deadline);
  }
  if (response && response->status == kExists) {
    HttpRequest stored = request_for_stored(log, proposal);
    response = co_await call_service(transport, log, std::move(stored), deadline);
  }
  if (!response) co_return fail(std::move(response.error()));
  if (!is_success(*response)) co_return fail(error_of_log_reply(log, *response));
  auto entry = parse_rekor_v1_reply(text_of(response->body));
  if (!entry) co_return fail(error_of_answer(log, "is no log entry: " + entry.error().what));
  if (auto checked = check_logged(log, *entry, proposal.body, root); !checked) {
    co_return fail(std::move(checked.error()));
  }
  co_return entry;
}

}  // namespace signet::sigstore
