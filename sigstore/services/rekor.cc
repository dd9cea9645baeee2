#include "sigstore/services/rekor.h"

#include <utility>

#include "sigstore/services/called_log.h"
#include "sigstore/services/rekor_reply.h"
#include "sigstore/services/stored_entry.h"

namespace signet::sigstore {
namespace {

/// An entry is less than 100 KiB; the checkpoint in it may be a signed note of many lines.
constexpr std::size_t kMaxReply = std::size_t{1024} * 1024;
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

/// The entry that a reply speaks of; nothing of it is believed yet.
Awaitable<Result<LogEntry>> entry_of(HttpTransport& transport, const CalledService& log, const HttpResponse& response,
                                     std::string_view body, const TrustedRoot& root, Deadline deadline) {
  if (response.status == kExists) {
    const auto index = parse_log_index(response.header("x-log-index"));
    if (!index) co_return fail(error_of_answer(log, "says that the entry exists, and not where"));
    auto entry = co_await fetch_stored_entry(transport, log, *index, body, root, deadline);
    if (!entry) {
      co_return fail(std::move(entry.error()).during("proving that entry " + std::to_string(*index) + " is ours"));
    }
    co_return entry;
  }
  if (!is_success(response)) co_return fail(error_of_log_reply(log, response));
  auto entry = parse_rekor_reply(text_of(response.body));
  if (!entry) co_return fail(error_of_answer(log, "is no log entry: " + entry.error().what));
  co_return entry;
}

}  // namespace

Awaitable<Result<LogEntry>> upload_record(HttpTransport& transport, std::string base_url, const HashedRekord& record,
                                          const TrustedRoot& root, Deadline deadline) {
  const CalledService log = called_log(std::move(base_url));
  const std::string body = encode_hashedrekord_v2(record);
  const std::string json = encode_rekor_upload(record);
  auto response = co_await upload(transport, log, json, deadline);
  if (!response && response.error().code == log.unavailable) {
    response = co_await upload(transport, log, json, deadline);
  }
  if (!response) co_return fail(std::move(response.error()));
  auto entry = co_await entry_of(transport, log, *response, body, root, deadline);
  if (!entry) co_return fail(std::move(entry.error()));
  if (auto checked = check_logged(log, *entry, body, root); !checked) co_return fail(std::move(checked.error()));
  co_return entry;
}

}  // namespace signet::sigstore
