#include "sigstore/services/rekor_v1_search.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "common/base64.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/services/called_log.h"
#include "sigstore/services/rekor_v1_reply.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sigstore {
namespace {

constexpr const char* kIndex = "api/v1/index/retrieve";
constexpr const char* kEntries = "api/v1/log/entries/";
constexpr std::size_t kMaxEntry = std::size_t{8} * 1024 * 1024;
/// Some hundred thousand UUIDs: whoever signs much by one certificate.
constexpr std::size_t kMaxIndexReply = std::size_t{16} * 1024 * 1024;
constexpr json::ReadLimits kIndexLimits{.bytes = kMaxIndexReply, .depth = 2, .values = 200'000};

HttpRequest index_request(const CalledService& log, const Bytes& certificate, const Digest& digest) {
  const json::Object key{{"format", "x509"},
                         {"content", encode_base64(bytes_of(encode_pem("CERTIFICATE", certificate)))}};
  HttpRequest request;
  request.method = "POST";
  request.url = url_under(log.url, kIndex);
  request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
  request.body =
      to_bytes(json::write(json::Object{{"operator", "and"}, {"hash", encode_digest(digest)}, {"publicKey", key}}));
  request.max_reply = kMaxIndexReply;
  return request;
}

HttpRequest entry_request(const CalledService& log, const std::string& uuid) {
  HttpRequest request;
  request.url = url_under(log.url, kEntries + uuid);
  request.headers = {{"Accept", "application/json"}};
  request.max_reply = kMaxEntry;
  return request;
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t kLeafHash = 64;
  constexpr std::size_t kWithTree = 80;
  return (text.size() == kLeafHash || text.size() == kWithTree) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// An index that knows no "and" finds others, too.
bool is_meant(const LogEntry& entry, const Bytes& certificate, const Digest& digest) {
  const auto body = parse_log_body(entry.kind, entry.version, entry.canonicalized_body);
  const auto* record = body ? std::get_if<HashedRekordV1>(&*body) : nullptr;
  return record != nullptr && record->digest == digest && record->verifier.kind == EntryVerifier::Kind::Certificate &&
         record->verifier.der == certificate;
}

}  // namespace

Awaitable<Result<std::optional<LogEntry>>> find_entry(HttpTransport& transport, std::string base_url, Bytes certificate,
                                                      Digest digest, Deadline deadline) {
  const CalledService log = called_log(std::move(base_url));
  HttpRequest search = index_request(log, certificate, digest);
  const auto index = co_await call_service(transport, log, std::move(search), deadline);
  if (!index) co_return fail(index.error());
  if (!is_success(*index)) co_return fail(error_of_log_reply(log, *index));
  const auto uuids = parse_index_reply(text_of(index->body));
  if (!uuids) co_return fail(error_of_answer(log, "is no list of entries: " + uuids.error().what));
  for (std::size_t i = 0; i < std::min(uuids->size(), kMaxFoundEntries); ++i) {
    HttpRequest get = entry_request(log, (*uuids)[i]);
    const auto reply = co_await call_service(transport, log, std::move(get), deadline);
    if (!reply) co_return fail(reply.error());
    if (!is_success(*reply)) co_return fail(error_of_log_reply(log, *reply));
    auto entry = parse_rekor_v1_reply(text_of(reply->body));
    if (!entry) co_return fail(error_of_answer(log, "is no log entry: " + entry.error().what));
    if (is_meant(*entry, certificate, digest)) co_return std::optional<LogEntry>(std::move(*entry));
  }
  co_return std::optional<LogEntry>();
}

Result<std::vector<std::string>> parse_index_reply(std::string_view json) {
  const auto value = json::parse(json, kIndexLimits);
  if (!value) return fail(value.error());
  const json::Array* list = value->as_array();
  if (list == nullptr) return fail(ErrorCode::InvalidRequest, "it is not a list");
  std::vector<std::string> uuids;
  for (const json::Value& one : *list) {
    const std::string* text = one.as_string();
    if (text == nullptr || !is_uuid(*text))
      return fail(ErrorCode::InvalidRequest, "it holds something other than UUIDs");
    uuids.push_back(*text);
  }
  return uuids;
}

}  // namespace signet::sigstore
