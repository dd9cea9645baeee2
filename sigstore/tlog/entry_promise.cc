#include "sigstore/tlog/entry_promise.h"

#include "common/base64.h"
#include "common/hex.h"
#include "json/writer.h"

namespace signet::sigstore {

std::string encode_entry_promise(const LogEntry& entry) {
  return json::write_canonical(json::Object{{"body", encode_base64(entry.canonicalized_body)},
                                            {"integratedTime", entry.integrated_time},
                                            {"logID", encode_hex(entry.log_id)},
                                            {"logIndex", entry.log_index}});
}

Result<void> verify_entry_promise(const LogEntry& entry, const PublicKey& key) {
  if (entry.inclusion_promise.empty()) return fail(ErrorCode::NotVerified, "the log entry has no inclusion promise");
  if (key.verify_message(bytes_of(encode_entry_promise(entry)), entry.inclusion_promise)) return {};
  return fail(ErrorCode::NotVerified, "the log's promise to include the entry is not signed by its key");
}

}  // namespace signet::sigstore
