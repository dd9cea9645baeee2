#include "sigstore/tuf/trusted_set.h"

#include <limits>
#include <utility>

#include "common/display.h"

namespace signet::sigstore::tuf {
namespace {

constexpr std::string_view kTargets = "targets";

std::unexpected<Error> refuse(std::string what, std::string remedy = {}) {
  return fail(ErrorCode::NotVerified, std::move(what), std::move(remedy));
}

std::unexpected<Error> out_of_order(std::string_view what) {
  return fail(ErrorCode::Bug, "TUF metadata are added out of order: " + std::string(what));
}

// What a repository serves is no request of the user's: however it is wrong, it is not verified.
template <typename Content>
Result<Unverified<Content>> read(Result<Unverified<Content>> file) {
  if (!file) file.error().code = ErrorCode::NotVerified;
  return file;
}

std::string version_text(std::string_view what, std::int64_t version) {
  return std::string(what) + " " + std::to_string(version);
}

std::unexpected<Error> wrong_version(std::string_view what, std::int64_t found, std::int64_t expected) {
  return refuse(version_text(what, found) + " was served where version " + std::to_string(expected) + " belongs");
}

std::unexpected<Error> rolled_back(std::string_view what, std::int64_t found, std::int64_t known) {
  return refuse(
      version_text(what, found) + " is older than version " + std::to_string(known) + ", which was seen before",
      "somebody may serve an old state of the repository; try again later or from another network");
}

}  // namespace

Result<TrustedSet> TrustedSet::begin(std::string_view anchor, std::optional<WallTime> now) {
  auto file = parse_root(anchor);
  if (!file) return fail(std::move(file.error()).during("reading the root"));
  Root& root = file->content;
  const std::string what = version_text("root", root.header.version);
  if (auto done = verify_threshold(file->text, root.keys, root.role(Role::Root), what); !done) {
    return fail(std::move(done.error()));
  }
  return TrustedSet(std::move(root), now);
}

std::optional<std::int64_t> TrustedSet::next_root_version() const {
  if (root_.header.version == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return root_.header.version + 1;
}

Result<void> TrustedSet::add_root(std::string_view json) {
  if (roots_ended_) return out_of_order("a root after the last one");
  const auto expected = next_root_version();
  if (!expected) return refuse("no root can follow " + version_text("root", root_.header.version));
  auto file = read(parse_root(json));
  if (!file) return fail(std::move(file.error()));
  Root& next = file->content;
  const std::string what = version_text("root", next.header.version);
  for (const Root* signer : {&std::as_const(root_), &std::as_const(next)}) {
    if (auto done = verify_threshold(file->text, signer->keys, signer->role(Role::Root), what); !done) return done;
  }
  if (next.header.version != *expected) return wrong_version("root", next.header.version, *expected);
  root_ = std::move(next);
  return {};
}

Result<void> TrustedSet::end_roots() {
  if (auto done = check_expiry(root_.header, "root"); !done) return done;
  roots_ended_ = true;
  return {};
}

Result<bool> TrustedSet::add_timestamp(std::string_view json) {
  if (!roots_ended_ || snapshot_) return out_of_order("timestamp");
  auto file = read(parse_timestamp(json));
  if (!file) return fail(std::move(file.error()));
  Timestamp& next = file->content;
  const std::string what = version_text("timestamp", next.header.version);
  if (auto done = verify_threshold(file->text, root_.keys, root_.role(Role::Timestamp), what); !done) {
    return fail(std::move(done.error()));
  }
  if (timestamp_) {
    const std::int64_t known = timestamp_->header.version;
    if (next.header.version < known) return rolled_back("timestamp", next.header.version, known);
    if (next.header.version == known) return false;
    if (next.snapshot.version < timestamp_->snapshot.version) {
      return rolled_back("snapshot", next.snapshot.version, timestamp_->snapshot.version);
    }
  }
  timestamp_ = std::move(next);
  return true;
}

Result<void> TrustedSet::check_timestamp() const {
  if (!timestamp_) return out_of_order("timestamp");
  return check_expiry(timestamp_->header, "timestamp");
}

Result<void> TrustedSet::check_no_rollback(const Snapshot& next) const {
  for (const auto& [role, file] : snapshot_->meta) {
    const auto found = next.meta.find(role);
    const std::string shown = display_text(role, 60);
    if (found == next.meta.end()) {
      return refuse(version_text("snapshot", next.header.version) + " does not name " + shown +
                    ".json any more, which an older one named");
    }
    if (found->second.version < file.version) return rolled_back(shown, found->second.version, file.version);
  }
  return {};
}

Result<void> TrustedSet::add_snapshot(std::string_view json, Origin origin) {
  if (!timestamp_ || !targets_.empty()) return out_of_order("snapshot");
  if (auto done = check_timestamp(); !done) return done;
  if (origin == Origin::Received) {
    if (auto done = timestamp_->snapshot.check(json, "snapshot"); !done) return done;
  }
  auto file = read(parse_snapshot(json));
  if (!file) return fail(std::move(file.error()));
  Snapshot& next = file->content;
  const std::string what = version_text("snapshot", next.header.version);
  if (auto done = verify_threshold(file->text, root_.keys, root_.role(Role::Snapshot), what); !done) return done;
  if (origin == Origin::Received && next.header.version != timestamp_->snapshot.version) {
    return wrong_version("snapshot", next.header.version, timestamp_->snapshot.version);
  }
  if (snapshot_) {
    if (auto done = check_no_rollback(next); !done) return done;
  }
  snapshot_ = std::move(next);
  return {};
}

Result<void> TrustedSet::check_snapshot() const {
  if (!snapshot_) return out_of_order("snapshot");
  if (snapshot_->header.version != timestamp_->snapshot.version) {
    return wrong_version("snapshot", snapshot_->header.version, timestamp_->snapshot.version);
  }
  return check_expiry(snapshot_->header, "snapshot");
}

Result<void> TrustedSet::add_targets(std::string_view json) {
  return take_targets(json, kTargets, root_.keys, root_.role(Role::Targets));
}

Result<void> TrustedSet::add_delegated(std::string_view json, const Delegation& delegation,
                                       std::string_view delegator) {
  const Targets* from = targets(delegator);
  if (from == nullptr) return out_of_order("a role before its delegator");
  return take_targets(json, delegation.role, from->delegated_keys, delegation.keys);
}

Result<void> TrustedSet::take_targets(std::string_view json, std::string_view role, const Keys& keys,
                                      const RoleKeys& role_keys) {
  if (auto done = check_snapshot(); !done) return done;
  const auto named = named_file(role);
  if (!named) return fail(named.error());
  const std::string shown = display_text(role, 60);
  if (auto done = named->check(json, shown); !done) return done;
  auto file = read(parse_targets(json));
  if (!file) return fail(std::move(file.error()));
  const Header header = file->content.header;
  if (auto done = verify_threshold(file->text, keys, role_keys, version_text(shown, header.version)); !done) {
    return done;
  }
  if (header.version != named->version) return wrong_version(shown, header.version, named->version);
  if (auto done = check_expiry(header, shown); !done) return done;
  targets_.insert_or_assign(std::string(role), std::move(file->content));
  return {};
}

Result<void> TrustedSet::check_expiry(const Header& header, std::string_view what) const {
  if (!now_ || header.expires > *now_) return {};
  return refuse(version_text(what, header.version) + " expired on " + encode_rfc3339(header.expires) +
                    ", and this machine's clock says " + encode_rfc3339(*now_),
                "look whether the clock is right; if it is, somebody keeps newer files from here, or there are none");
}

const Targets* TrustedSet::targets(std::string_view role) const {
  const auto found = targets_.find(role);
  return found == targets_.end() ? nullptr : &found->second;
}

Result<MetaFile> TrustedSet::named_file(std::string_view role) const {
  if (!snapshot_) return out_of_order("targets");
  const auto found = snapshot_->meta.find(role);
  if (found != snapshot_->meta.end()) return found->second;
  return refuse(version_text("snapshot", snapshot_->header.version) + " does not name " + display_text(role, 60) +
                ".json");
}

}  // namespace signet::sigstore::tuf
