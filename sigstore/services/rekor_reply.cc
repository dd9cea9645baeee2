#include "sigstore/services/rekor_reply.h"

#include <charconv>
#include <limits>

#include "common/base64.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sigstore {
namespace {

constexpr json::ReadLimits kLimits{.bytes = std::size_t{1024} * 1024, .depth = 8, .values = 500};

}  // namespace

std::string encode_rekor_upload(const HashedRekord& record) {
  const bool certificate = record.verifier.kind == EntryVerifier::Kind::Certificate;
  const json::Object verifier{
      {certificate ? "x509Certificate" : "publicKey", json::Object{{"rawBytes", encode_base64(record.verifier.der)}}},
      {"keyDetails", record.key_details}};
  const json::Object signature{{"content", encode_base64(record.signature)}, {"verifier", verifier}};
  const json::Object request{{"digest", encode_base64(record.digest.bytes())}, {"signature", signature}};
  return json::write(json::Object{{"hashedRekordRequestV002", request}});
}

Result<LogEntry> parse_rekor_reply(std::string_view json) {
  const auto value = json::parse(json, kLimits);
  if (!value) return fail(value.error());
  auto entry = parse_log_entry(*value, "log entry");
  if (!entry) return entry;
  entry->integrated_time = 0;
  entry->inclusion_promise.clear();
  return entry;
}

Result<std::uint64_t> parse_log_index(std::string_view header) {
  constexpr auto kLast = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t index = 0;
  const auto [end, trouble] = std::from_chars(header.data(), header.data() + header.size(), index);
  const bool canonical = header == "0" || !header.starts_with('0');
  if (trouble != std::errc{} || end != header.data() + header.size() || index > kLast || !canonical) {
    return fail(ErrorCode::InvalidRequest, "not the index of an entry");
  }
  return index;
}

}  // namespace signet::sigstore
