#include "sigstore/services/rekor.h"

#include <utility>

#include "sigstore/services/called_service.h"
#include "sigstore/services/rekor_reply.h"
#include "sigstore/services/stored_entry.h"
#include "sigstore/verify/log_check.h"

namespace signet::sigstore {
namespace {

/// An entry is less than 100 KiB; the checkpoint in it may be a signed note of many lines.
constexpr std::size_t kMaxReply = std::size_t{1024} * 1024;
constexpr long kFrozen = 405;
constexpr long kExists = 409;

Awaitable<Result<HttpResponse>> upload(HttpTransport& transport, const CalledService& log, std::string_view json,
                                       Deadline deadline) {
  HttpRequest request;
  request.method = "POST";
  request.url = url_under(log.url, "api/v2/log/entries");
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = to_bytes(json);
  request.max_reply = kMaxReply;
  co_return co_await call_service(transport, log, std::move(request), deadline);
}

Error frozen(const CalledService& log, const HttpResponse& response) {
  Error error = error_of_reply(log, response);
  error.code = log.unavailable;
  error.remedy = "the log takes no more entries: use a signing config that names its successor";
  return error;
}

/// The entry that a reply speaks of; nothing of it is believed yet.
Awaitable<Result<LogEntry>> entry_of(HttpTransport& transport, const CalledService& log, const HttpResponse& response,
                                     std::string_view body, const TrustedRoot& root, Deadline deadline) {
  if (response.status == kFrozen) co_return fail(frozen(log, response));
  if (response.status == kExists) {
    const auto index = parse_log_index(response.header("x-log-index"));
    if (!index) co_return fail(error_of_answer(log, "says that the entry exists, and not where"));
    auto entry = co_await fetch_stored_entry(transport, log, *index, body, root, deadline);
    if (!entry) {
      co_return fail(std::move(entry.error()).during("proving that entry " + std::to_string(*index) + " is ours"));
    }
    co_return entry;
  }
  if (!is_success(response)) co_return fail(error_of_reply(log, response));
  auto entry = parse_rekor_reply(text_of(response.body));
  if (!entry) co_return fail(error_of_answer(log, "is no log entry: " + entry.error().what));
  co_return entry;
}

Result<void> check_entry(const CalledService& log, const LogEntry& entry, std::string_view body,
                         const TrustedRoot& root) {
  if (text_of(entry.canonicalized_body) != body) {
    return fail(error_of_answer(log, "is the entry of something else than was sent"));
  }
  if (const auto verified = verify_log_entry(entry, root); !verified) {
    return fail(error_of_answer(log, "does not verify: " + error_from_refusal(verified.error()).what));
  }
  return {};
}

}  // namespace

Awaitable<Result<LogEntry>> upload_record(HttpTransport& transport, std::string base_url, const HashedRekord& record,
                                          const TrustedRoot& root, Deadline deadline) {
  const CalledService log{.name = "the transparency log",
                          .url = std::move(base_url),
                          .unavailable = ErrorCode::LogUnavailable,
                          .refused = ErrorCode::LogRefused};
  const std::string body = encode_hashedrekord_v2(record);
  const std::string json = encode_rekor_upload(record);
  auto response = co_await upload(transport, log, json, deadline);
  if (!response && response.error().code == log.unavailable) {
    response = co_await upload(transport, log, json, deadline);
  }
  if (!response) co_return fail(std::move(response.error()));
  auto entry = co_await entry_of(transport, log, *response, body, root, deadline);
  if (!entry) co_return fail(std::move(entry.error()));
  if (auto checked = check_entry(log, *entry, body, root); !checked) co_return fail(std::move(checked.error()));
  co_return entry;
}

}  // namespace signet::sigstore
