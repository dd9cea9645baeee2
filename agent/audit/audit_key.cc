#include "agent/audit/audit_key.h"

#include <system_error>
#include <utility>

#include "common/file.h"
#include "common/owned_path.h"
#include "sigstore/tlog/tile_files.h"

namespace signet::agent {
namespace {

using sigstore::NoteSigner;

constexpr std::size_t kMaxKey = 4096;

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

std::unexpected<Error> lost(const std::filesystem::path& path, std::string_view what) {
  return fail(ErrorCode::AuditUnavailable, path.string() + " is missing: " + std::string(what),
              "restore it; to begin a new log, move the folder " + path.parent_path().string() + " away");
}

Result<NoteSigner> read_key(const audit::Folder& folder) {
  const auto path = resolve_owned(folder.key());
  if (!path) return fail(path.error());
  const auto pem = read_secret_file(*path, kMaxKey);
  if (!pem) return fail(pem.error());
  auto key = NoteSigner::from_pem(audit::kOriginPrefix, pem->reveal());
  if (!key) return fail(std::move(key.error()).during("reading " + folder.key().string()));
  return key;
}

}  // namespace

Result<NoteSigner> open_audit_key(const audit::Folder& folder) {
  const bool has_log = is_there(folder.log() / sigstore::kCheckpointName);
  if (is_there(folder.verifier_key()) && !has_log) {
    return lost(folder.log() / sigstore::kCheckpointName, "a log was begun here, and it is gone");
  }
  if (is_there(folder.key())) return read_key(folder);
  if (has_log) return lost(folder.key(), "the log that is there cannot be continued without its key");
  auto key = NoteSigner::generate(audit::kOriginPrefix);
  if (!key) return key;
  if (auto kept = write_file_atomic(folder.key(), key->pem().reveal(), 0600); !kept) return fail(kept.error());
  return key;
}

Result<void> publish_audit_key(const audit::Folder& folder, const NoteSigner& key) {
  const std::string text = sigstore::encode_verifier_key(key.verifier()) + "\n";
  if (!is_there(folder.verifier_key())) return write_file_atomic(folder.verifier_key(), text, 0600);
  const auto stored = read_file(folder.verifier_key(), kMaxKey);
  if (!stored) return fail(stored.error());
  if (*stored == text) return {};
  return fail(ErrorCode::InvalidRequest, folder.verifier_key().string() + " is not that of the log's key");
}

}  // namespace signet::agent
