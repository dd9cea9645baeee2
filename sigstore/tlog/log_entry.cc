#include "sigstore/tlog/log_entry.h"

#include <algorithm>
#include <utility>

#include "common/base64.h"
#include "json/fields.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxProofHashes = 63;

bool take_hash(ByteView bytes, Sha256Hash& out) {
  if (bytes.size() != out.size()) return false;
  std::ranges::copy(bytes, out.begin());
  return true;
}

void read_hashes(json::Fields& fields, std::vector<NodeHash>& hashes) {
  for (const std::string& text : fields.optional_texts("hashes")) {
    const auto bytes = parse_base64(text);
    NodeHash hash{};
    if (!bytes || !take_hash(*bytes, hash)) fields.refuse("hashes", "holds something other than hashes of 32 bytes");
    hashes.push_back(hash);
  }
  if (hashes.size() > kMaxProofHashes) fields.refuse("hashes", "has more than 63 hashes");
}

std::string read_checkpoint(json::Fields& proof) {
  const json::Value* value = proof.optional_value("checkpoint");
  if (value == nullptr) return {};
  json::Fields fields(*value, proof.where() + ".checkpoint");
  std::string envelope = fields.optional_text("envelope").value_or("");
  if (auto done = fields.finish(); !done) proof.adopt(std::move(done.error()));
  return envelope;
}

InclusionProof read_proof(json::Fields& entry, const json::Value& value) {
  json::Fields fields(value, entry.where() + ".inclusionProof");
  InclusionProof proof;
  proof.log_index = fields.optional_integer_text("logIndex").value_or(0);
  proof.tree_size = fields.integer_text("treeSize");
  if (!take_hash(fields.bytes("rootHash"), proof.root.value)) fields.refuse("rootHash", "is not a hash of 32 bytes");
  read_hashes(fields, proof.hashes);
  proof.checkpoint = read_checkpoint(fields);
  if (proof.log_index < 0) fields.refuse("logIndex", "is negative");
  if (proof.tree_size <= proof.log_index) fields.refuse("treeSize", "does not hold the index");
  if (auto done = fields.finish(); !done) entry.adopt(std::move(done.error()));
  return proof;
}

// A member that is an object with one member of bytes.
Bytes read_wrapped_bytes(json::Fields& outer, const json::Value& value, std::string_view name, std::string_view inner) {
  json::Fields fields(value, outer.where() + "." + std::string(name));
  Bytes bytes = fields.bytes(inner);
  if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
  return bytes;
}

void read_kind(json::Fields& outer, LogEntry& entry) {
  json::Fields fields(outer.value("kindVersion"), outer.where() + ".kindVersion");
  entry.kind = fields.text("kind");
  entry.version = fields.text("version");
  if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
}

json::Object encode_proof(const InclusionProof& proof) {
  json::Array hashes;
  for (const NodeHash& hash : proof.hashes) hashes.emplace_back(encode_base64(hash));
  json::Object object{{"logIndex", std::to_string(proof.log_index)},
                      {"rootHash", encode_base64(proof.root.value)},
                      {"treeSize", std::to_string(proof.tree_size)}};
  if (!hashes.empty()) object.set("hashes", std::move(hashes));
  if (!proof.checkpoint.empty()) object.set("checkpoint", json::Object{{"envelope", proof.checkpoint}});
  return object;
}

}  // namespace

Result<LogEntry> parse_log_entry(const json::Value& value, std::string where) {
  json::Fields fields(value, std::move(where));
  LogEntry entry;
  entry.log_index = fields.optional_integer_text("logIndex").value_or(0);
  entry.log_id = read_wrapped_bytes(fields, fields.value("logId"), "logId", "keyId");
  read_kind(fields, entry);
  entry.integrated_time = fields.optional_integer_text("integratedTime").value_or(0);
  if (const json::Value* promise = fields.optional_value("inclusionPromise")) {
    entry.inclusion_promise = read_wrapped_bytes(fields, *promise, "inclusionPromise", "signedEntryTimestamp");
  }
  if (const json::Value* proof = fields.optional_value("inclusionProof")) entry.proof = read_proof(fields, *proof);
  entry.canonicalized_body = fields.bytes("canonicalizedBody");
  if (entry.log_index < 0) fields.refuse("logIndex", "is negative");
  if (entry.integrated_time < 0) fields.refuse("integratedTime", "is negative");
  if (entry.log_id.size() != sizeof(Sha256Hash)) fields.refuse("keyId", "is not 32 bytes long");
  if (entry.canonicalized_body.empty()) fields.refuse("canonicalizedBody", "is empty");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return entry;
}

json::Value encode_log_entry(const LogEntry& entry) {
  json::Object object{{"logIndex", std::to_string(entry.log_index)},
                      {"logId", json::Object{{"keyId", encode_base64(entry.log_id)}}},
                      {"kindVersion", json::Object{{"kind", entry.kind}, {"version", entry.version}}}};
  if (entry.integrated_time != 0) object.set("integratedTime", std::to_string(entry.integrated_time));
  if (!entry.inclusion_promise.empty()) {
    object.set("inclusionPromise", json::Object{{"signedEntryTimestamp", encode_base64(entry.inclusion_promise)}});
  }
  if (entry.proof) object.set("inclusionProof", encode_proof(*entry.proof));
  object.set("canonicalizedBody", encode_base64(entry.canonicalized_body));
  return object;
}

}  // namespace signet::sigstore
