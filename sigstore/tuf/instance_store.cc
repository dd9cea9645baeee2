#include "sigstore/tuf/instance_store.h"

#include <utility>

#include "common/file.h"
#include "common/file_lock.h"
#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/trust/signing_config.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/tuf/file_name.h"

namespace signet::sigstore::tuf {
namespace {

constexpr std::size_t kNameDigits = 16;
constexpr std::size_t kMaxHost = 100;  // of the 255 bytes that a file name may have

std::string host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return percent_encode(url.substr(0, url.find('/'))).substr(0, kMaxHost);
}

Result<std::string> stored(const Store& metadata, const std::string& name, std::size_t limit) {
  auto text = metadata.read(name, limit);
  if (!text) return fail(std::move(text.error()));
  if (*text) return std::move(**text);
  return fail(ErrorCode::Bug, name + " is gone from the store right after the update");
}

// Both targets must be the root's own targets: the copy holds no delegated roles.
Result<void> download_files(Updater& updater, Store& targets, CopyParts& parts) {
  const Targets& top = *updater.trusted().targets(role_name(Role::Targets));
  for (const auto& [path, limit] :
       {std::pair(kTrustedRootTarget, kMaxTrustedRoot), std::pair(kSigningConfigTarget, kMaxSigningConfig)}) {
    if (!top.targets.contains(path)) continue;
    auto content = updater.download(path, targets, limit);
    if (!content) return fail(std::move(content.error()));
    parts.files.emplace(path, std::move(*content));
  }
  if (parts.files.contains(kTrustedRootTarget)) return {};
  return fail(ErrorCode::NotVerified, "the repository has no target " + std::string(kTrustedRootTarget),
              "look whether the URL is that of a Sigstore instance's TUF repository");
}

Result<CopyParts> collect(Updater& updater, const Store& metadata, Store& targets) {
  CopyParts parts;
  parts.roots = updater.roots_after_anchor();
  for (const auto& [text, name, limit] : {std::tuple(&parts.timestamp, "timestamp.json", kMaxTimestamp),
                                          std::tuple(&parts.snapshot, "snapshot.json", kMaxSnapshot),
                                          std::tuple(&parts.targets, "targets.json", kMaxTargets)}) {
    auto read = stored(metadata, name, limit);
    if (!read) return fail(std::move(read.error()));
    *text = std::move(*read);
  }
  if (auto done = download_files(updater, targets, parts); !done) return fail(std::move(done.error()));
  return parts;
}

// The last copy holds every root that was believed. What the store has lost of them since, or holds otherwise, is put
// back, so that no repository can hide them.
Result<void> restore_roots(const Store& whole, Store& metadata, const Anchor& anchor, const OnNote& on_note) {
  const auto json = whole.read(std::string(kVerifiedCopy), kMaxVerifiedCopy);
  if (json && !*json) return {};
  const auto copy = json ? open_copy(**json, anchor.root, anchor.url) : fail(json.error());
  if (!copy) {
    if (on_note) on_note("the stored copy is left out: " + copy.error().what);
    return {};
  }
  std::int64_t version = copy->root.version - static_cast<std::int64_t>(copy->roots.size());
  for (const std::string& root : copy->roots) {
    const std::string name = root_history_name(++version);
    if (const auto old = metadata.read(name, kMaxRoot); old && *old == root) continue;
    if (auto done = metadata.write(name, root); !done) return done;
    if (on_note) on_note("root " + std::to_string(version) + " was lost from the store and is put back");
  }
  return {};
}

}  // namespace

std::filesystem::path store_folder(const std::filesystem::path& cache, const Anchor& anchor) {
  const Sha256Hash name = sha256(bytes_of(anchor.url + '\0' + anchor.root));
  return cache / "tuf" / (host_of(anchor.url) + "-" + encode_hex(name).substr(0, kNameDigits));
}

Result<VerifiedCopy> update_store(const std::filesystem::path& folder, const Anchor& anchor, const Fetch& fetch,
                                  WallTime now, Deadline deadline, const OnNote& on_note) {
  for (const auto& path : {folder, folder / "metadata", folder / "targets"}) {
    if (auto made = make_private_folder(path); !made) return fail(std::move(made.error()));
  }
  const auto lock = FileLock::take(folder / "lock", folder.string(), deadline);
  if (!lock) return fail(lock.error());
  FolderStore metadata(folder / "metadata");
  FolderStore targets(folder / "targets");
  FolderStore whole(folder);
  if (auto done = restore_roots(whole, metadata, anchor, on_note); !done) return fail(std::move(done.error()));
  const Repository repository{.metadata_url = anchor.url, .targets_url = anchor.url + "/targets"};
  auto updater = Updater::begin(anchor.root, repository, fetch, metadata, now, on_note);
  if (!updater) return fail(std::move(updater.error()));
  if (auto done = updater->refresh(); !done) return fail(std::move(done.error()).during("updating " + folder.string()));
  auto parts = collect(*updater, metadata, targets);
  if (!parts) return fail(std::move(parts.error()));
  parts->url = anchor.url;
  parts->refreshed = now;
  const std::string copy = encode_copy(*parts);
  auto opened = open_copy(copy, anchor.root, anchor.url);
  if (!opened) return opened;
  if (auto done = whole.write(std::string(kVerifiedCopy), copy); !done) return fail(std::move(done.error()));
  return opened;
}

}  // namespace signet::sigstore::tuf
