#include "sandbox/rekor_v1_api.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "common/base64.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/writer.h"
#include "sandbox/log_lies.h"
#include "sandbox/rekor_v1_upload.h"

namespace signet::sandbox {
namespace {

using sigstore::LogEntry;

constexpr std::string_view kEntries = "/api/v1/log/entries";
constexpr std::size_t kLeafDigits = 64;
constexpr std::size_t kTreeDigits = 16;

HttpReply error(unsigned status, std::string_view message) {
  const json::Value body = json::Object{{"code", static_cast<int>(status)}, {"message", message}};
  return {.status = status, .body = json::write(body)};
}

HttpReply no_entry() { return error(404, "entry not found"); }

/// A number in a query: "logIndex=5&…".
std::optional<std::uint64_t> number_in(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.substr(0, pair.find('=')) != name || pair.size() == name.size()) continue;
    const std::string_view text = pair.substr(name.size() + 1);
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec == std::errc() && end.ptr == text.data() + text.size()) return number;
  }
  return std::nullopt;
}

json::Array hex_hashes(const std::vector<sigstore::NodeHash>& hashes) {
  json::Array list;
  for (const auto& hash : hashes) list.emplace_back(encode_hex(hash));
  return list;
}

json::Value encode_entry(const LogEntry& entry) {
  const sigstore::InclusionProof& proof = *entry.proof;
  const json::Object inclusion{{"checkpoint", proof.checkpoint},
                               {"hashes", hex_hashes(proof.hashes)},
                               {"logIndex", proof.log_index},
                               {"rootHash", encode_hex(proof.root.value)},
                               {"treeSize", proof.tree_size}};
  const json::Object verification{{"inclusionProof", inclusion},
                                  {"signedEntryTimestamp", encode_base64(entry.inclusion_promise)}};
  return json::Object{{"body", encode_base64(entry.canonicalized_body)},
                      {"integratedTime", entry.integrated_time},
                      {"logID", encode_hex(entry.log_id)},
                      {"logIndex", entry.log_index},
                      {"verification", verification}};
}

class RekorV1Api {
 public:
  RekorV1Api(RekorV1Log& log, Counters& counters) : log_(log), counters_(counters) {
    for (std::uint64_t i = 0; i < log_.tiles().size(); ++i) {
      if (const auto body = log_.tiles().entry(i)) remember(*body);
    }
  }

  HttpReply answer(const HttpCall& call, const Fault& fault) {
    if (call.method == "POST" && call.path == kEntries) return create(call, fault);
    if (call.method == "POST" && call.path == "/api/v1/index/retrieve") return search(call);
    if (call.method != "GET") return not_found();
    if (call.path == kEntries) return by_index(call, fault);
    if (call.path.starts_with(std::string(kEntries) + "/")) {
      return by_uuid(std::string_view(call.path).substr(kEntries.size() + 1), fault);
    }
    if (call.path == "/api/v1/log") return state();
    if (call.path == "/api/v1/log/publicKey") return public_key();
    if (call.path == "/api/v1/log/proof") return consistency(call);
    return not_found();
  }

 private:
  HttpReply create(const HttpCall& call, const Fault& fault) {
    if (fault.mode == FaultMode::Frozen) return error(405, "this shard is frozen");
    const auto body = accept_proposal(call.body);
    if (!body) return error(400, "error processing entry: " + body.error().what);
    const std::string uuid = log_.uuid_of(*body);
    if (log_.find(sigstore::hash_leaf(*body))) {
      HttpReply conflict = error(409, "an equivalent entry already exists in the transparency log with UUID " + uuid);
      conflict.headers.emplace_back("Location", std::string(kEntries) + "/" + uuid);
      return conflict;
    }
    const auto entry = log_.append(*body);
    if (!entry) return error(500, "the log cannot be written");
    remember(*body);
    ++counters_.entries;
    HttpReply created = show(*entry, fault);
    created.status = 201;
    created.headers.emplace_back("ETag", "\"" + uuid + "\"");
    created.headers.emplace_back("Location", std::string(kEntries) + "/" + uuid);
    return created;
  }

  HttpReply by_index(const HttpCall& call, const Fault& fault) const {
    const auto index = number_in(call.query, "logIndex");
    if (!index) return error(400, "logIndex in query is required");
    constexpr auto kEarlier = static_cast<std::uint64_t>(RekorV1Log::kEarlierEntries);
    const auto entry = *index < kEarlier ? fail(ErrorCode::InvalidRequest, "") : log_.entry(*index - kEarlier);
    return entry ? show(*entry, fault) : no_entry();
  }

  HttpReply by_uuid(std::string_view uuid, const Fault& fault) const {
    if (uuid.size() == kTreeDigits + kLeafDigits) {
      const std::string own = log_.uuid_of({});
      if (!own.starts_with(uuid.substr(0, kTreeDigits))) return no_entry();
      uuid.remove_prefix(kTreeDigits);
    }
    const auto leaf = parse_hex(uuid);
    sigstore::LeafHash hash;
    if (!leaf || leaf->size() != hash.value.size()) return error(400, "entryUUID in path is malformed");
    std::ranges::copy(*leaf, hash.value.begin());
    const auto index = log_.find(hash);
    const auto entry = index ? log_.entry(*index) : fail(ErrorCode::InvalidRequest, "");
    return entry ? show(*entry, fault) : no_entry();
  }

  HttpReply search(const HttpCall& call) const {
    const auto wanted = parse_search(call.body);
    if (!wanted) return error(400, wanted.error().what);
    std::vector<std::string> found;
    for (const auto& [uuid, terms] : terms_) {
      const auto has = [&](const std::string& term) { return std::ranges::find(terms, term) != terms.end(); };
      const bool fits = wanted->all ? std::ranges::all_of(wanted->terms, has) : std::ranges::any_of(wanted->terms, has);
      if (fits) found.push_back(uuid);
    }
    json::Array list;
    for (const std::string& uuid : found) list.emplace_back(uuid);
    return {.body = json::write(list)};
  }

  HttpReply state() const {
    const sigstore::TileLog& tiles = log_.tiles();
    return {.body = json::write(json::Object{{"inactiveShards", json::Array{}},
                                             {"rootHash", encode_hex(tiles.root().value)},
                                             {"signedTreeHead", tiles.checkpoint()},
                                             {"treeID", log_.tree_id()},
                                             {"treeSize", static_cast<std::int64_t>(tiles.size())}})};
  }

  HttpReply public_key() const {
    return {.content_type = "application/x-pem-file", .body = encode_pem("PUBLIC KEY", log_.key().public_key().spki())};
  }

  HttpReply consistency(const HttpCall& call) const {
    const auto first = number_in(call.query, "firstSize").value_or(1);
    const auto last = number_in(call.query, "lastSize");
    if (!last || first < 1 || first > *last) return error(400, "firstSize must be from 1 to lastSize");
    if (*last != log_.tiles().size()) return error(400, "lastSize must be the size of the log");
    const auto proof = log_.tiles().consistency_proof(first);
    if (!proof) return error(400, proof.error().what);
    return {.body = json::write(
                json::Object{{"hashes", hex_hashes(*proof)}, {"rootHash", encode_hex(log_.tiles().root().value)}})};
  }

  HttpReply show(const LogEntry& entry, const Fault& fault) const {
    LogEntry told = fault.lies("other-body") ? log_.entry(0).value_or(entry) : entry;
    LogEntry shown = with_bad_proof(std::move(told), fault, log_.name());
    if (fault.lies("bad-promise")) shown.inclusion_promise.back() ^= 1U;
    if (fault.lies("other-time")) ++shown.integrated_time;
    json::Object reply;
    reply.set(log_.uuid_of(shown.canonicalized_body), encode_entry(shown));
    return {.body = json::write(reply)};
  }

  void remember(const Bytes& body) { terms_.emplace(log_.uuid_of(body), search_terms(body)); }

  RekorV1Log& log_;
  Counters& counters_;
  std::map<std::string, std::vector<std::string>> terms_;  // by UUID
};

}  // namespace

ServiceHandler make_rekor_v1_api(RekorV1Log& log, Counters& counters) {
  auto api = std::make_shared<RekorV1Api>(log, counters);
  return
      [api](const HttpCall& call, const Fault& fault) -> Awaitable<HttpReply> { co_return api->answer(call, fault); };
}

}  // namespace signet::sandbox
