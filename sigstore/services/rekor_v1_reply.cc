#include "sigstore/services/rekor_v1_reply.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

constexpr json::ReadLimits kLimits{.bytes = std::size_t{8} * 1024 * 1024, .depth = 8, .values = 500};
constexpr std::size_t kMaxProofHashes = 63;

Bytes hex(json::Fields& fields, std::string_view name) {
  auto bytes = parse_hex(fields.text(name));
  if (bytes && bytes->size() == sizeof(Sha256Hash)) return std::move(*bytes);
  fields.refuse(name, "is not the hex of 32 bytes");
  return {};
}

NodeHash node_hash(ByteView bytes) {
  NodeHash hash{};
  if (bytes.size() == hash.size()) std::ranges::copy(bytes, hash.begin());
  return hash;
}

InclusionProof read_proof(json::Fields& outer) {
  json::Fields fields(outer.value("inclusionProof"), "inclusionProof", json::UnknownFields::Tolerate);
  InclusionProof proof;
  proof.log_index = fields.integer("logIndex");
  proof.tree_size = fields.integer("treeSize");
  proof.root.value = node_hash(hex(fields, "rootHash"));
  for (const std::string& text : fields.texts("hashes")) {
    const auto bytes = parse_hex(text);
    if (!bytes || bytes->size() != sizeof(NodeHash)) fields.refuse("hashes", "holds something other than hashes");
    proof.hashes.push_back(bytes ? node_hash(*bytes) : NodeHash{});
  }
  proof.checkpoint = fields.text("checkpoint");
  if (proof.hashes.size() > kMaxProofHashes) fields.refuse("hashes", "has more than 63 hashes");
  if (proof.log_index < 0 || proof.tree_size <= proof.log_index) fields.refuse("treeSize", "does not hold the index");
  if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
  return proof;
}

void read_verification(json::Fields& outer, LogEntry& entry) {
  json::Fields fields(outer.value("verification"), "verification", json::UnknownFields::Tolerate);
  entry.inclusion_promise = fields.bytes("signedEntryTimestamp");
  if (entry.inclusion_promise.empty()) fields.refuse("signedEntryTimestamp", "is empty");
  entry.proof = read_proof(fields);
  if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
}

// Every body says itself what it is.
Result<void> read_kind(LogEntry& entry) {
  const auto body = json::parse(text_of(entry.canonicalized_body), kLimits);
  if (!body) return fail(body.error());
  json::Fields fields(*body, "body", json::UnknownFields::Tolerate);
  entry.kind = fields.text("kind");
  entry.version = fields.text("apiVersion");
  return fields.finish();
}

}  // namespace

Result<LogEntry> parse_rekor_v1_reply(std::string_view json) {
  const auto value = json::parse(json, kLimits);
  if (!value) return fail(value.error());
  const json::Object* entries = value->as_object();
  if (entries == nullptr || entries->size() != 1) {
    return fail(ErrorCode::InvalidRequest, "it is not an object with one entry");
  }
  json::Fields fields(entries->members().front().second, "entry", json::UnknownFields::Tolerate);
  LogEntry entry;
  entry.log_index = fields.integer("logIndex");
  entry.integrated_time = fields.integer("integratedTime");
  entry.log_id = hex(fields, "logID");
  entry.canonicalized_body = fields.bytes("body");
  if (entry.log_index < 0) fields.refuse("logIndex", "is negative");
  if (entry.integrated_time <= 0) fields.refuse("integratedTime", "is no time");
  read_verification(fields, entry);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (auto kind = read_kind(entry); !kind) return fail(std::move(kind.error()));
  return entry;
}

}  // namespace signet::sigstore
