#include "sigstore/tuf/updater.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/display.h"
#include "sigstore/tuf/file_name.h"

namespace signet::sigstore::tuf {
namespace {

constexpr std::string_view kRoot = "root";
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kSnapshot = "snapshot";
constexpr std::string_view kTargets = "targets";

std::string file_of(std::string_view role) { return percent_encode(role) + ".json"; }

// A length that was signed is a bound, but no reason to read more than anybody would.
std::size_t limit_of(const MetaFile& file, std::size_t most) {
  if (!file.length) return most;
  return std::min(most, static_cast<std::size_t>(*file.length));
}

std::unexpected<Error> not_there(const std::string& url) {
  return fail(ErrorCode::RepositoryUnavailable, "the repository does not have " + display_text(url),
              "look whether the URL is that of a TUF repository; if it is, try again later");
}

std::unexpected<Error> roots_lost(std::int64_t reached, std::int64_t seen) {
  return fail(ErrorCode::NotVerified,
              "the repository leads to root " + std::to_string(reached) + " and no further, and root " +
                  std::to_string(seen) + " was believed here before",
              "somebody may hide newer roots; try again later or from another network. Only if those who run the "
              "repository say that it began anew, remove what is stored of it");
}

}  // namespace

Result<Updater> Updater::begin(std::string_view anchor, Repository repository, Fetch fetch, Store& metadata,
                               WallTime now, OnNote on_note) {
  auto trusted = TrustedSet::begin(anchor, now);
  if (!trusted) return fail(std::move(trusted.error()));
  Updater updater(std::move(*trusted), anchor, std::move(repository), std::move(fetch), metadata, std::move(on_note));
  updater.walk_stored_roots();
  updater.look_at_stored_root();
  return updater;
}

// However many: each was one of few when it was received.
void Updater::walk_stored_roots() {
  for (auto version = trusted_.next_root_version(); version; version = trusted_.next_root_version()) {
    auto next = stored(root_history_name(*version), kMaxRoot);
    if (!next) return;
    if (auto taken = trusted_.add_root(*next); !taken) return note("a stored root is left out: " + taken.error().what);
    believe_root(std::move(*next));
  }
}

// It is not believed for itself. But where the roots that led to it are lost, the repository must lead to it again: it
// may serve none of them, and would take a thief's keys back in that a root has revoked.
void Updater::look_at_stored_root() {
  const auto json = stored(file_of(kRoot), kMaxRoot);
  if (!json) return;
  if (const auto root = TrustedSet::begin(*json, std::nullopt)) {
    root_seen_ = root->root().header.version;
  } else {
    note("the stored root.json is left out: " + root.error().what);
  }
}

void Updater::believe_root(std::string json) {
  newest_root_ = json;
  roots_.push_back(std::move(json));
}

Result<void> Updater::refresh() {
  if (auto done = refresh_root(); !done) return fail(std::move(done.error()).during("updating root"));
  if (auto done = refresh_timestamp(); !done) return fail(std::move(done.error()).during("updating timestamp"));
  if (auto done = refresh_snapshot(); !done) return fail(std::move(done.error()).during("updating snapshot"));
  if (auto done = load_targets(nullptr, kRoot); !done) return fail(std::move(done.error()).during("updating targets"));
  return {};
}

// §5.3: one version after the other, each written before the next one is asked for.
Result<void> Updater::refresh_root() {
  if (auto done = keep_root(); !done) return done;
  for (int i = 0; i < kMaxRotations; ++i) {
    const auto version = trusted_.next_root_version();
    if (!version) break;
    auto next = fetch_(repository_.metadata_url + "/" + std::to_string(*version) + ".root.json", kMaxRoot);
    if (!next) return fail(std::move(next.error()));
    if (!*next) break;
    if (auto done = trusted_.add_root(**next); !done) return done;
    if (auto done = metadata_->write(root_history_name(*version), **next); !done) return done;
    believe_root(std::move(**next));
    if (auto done = keep_root(); !done) return done;
  }
  const std::int64_t reached = trusted_.root().header.version;
  if (reached < root_seen_) return roots_lost(reached, root_seen_);
  return trusted_.end_roots();
}

// §5.4. A stored one that does not verify any more was signed by keys that are gone: so is what it says.
Result<void> Updater::refresh_timestamp() {
  if (const auto old = stored(file_of(kTimestamp), kMaxTimestamp)) {
    if (auto taken = trusted_.add_timestamp(*old); !taken)
      note("the stored timestamp is left out: " + taken.error().what);
  }
  const std::string url = repository_.metadata_url + "/" + file_of(kTimestamp);
  auto received = fetch_(url, kMaxTimestamp);
  if (!received) return fail(std::move(received.error()));
  if (!*received) return not_there(url);
  const auto is_new = trusted_.add_timestamp(**received);
  if (!is_new) return fail(is_new.error());
  if (auto done = trusted_.check_timestamp(); !done) return done;
  return *is_new ? keep(kTimestamp, **received) : Result<void>();
}

// §5.5.
Result<void> Updater::refresh_snapshot() {
  if (const auto old = stored(file_of(kSnapshot), kMaxSnapshot)) {
    if (auto taken = trusted_.add_snapshot(*old, Origin::Stored); !taken) {
      note("the stored snapshot is left out: " + taken.error().what);
    } else if (trusted_.check_snapshot()) {
      return {};
    }
  }
  const MetaFile& named = trusted_.timestamp()->snapshot;
  const auto received = fetch_metadata(kSnapshot, named.version, limit_of(named, kMaxSnapshot));
  if (!received) return fail(received.error());
  if (auto done = trusted_.add_snapshot(*received, Origin::Received); !done) return done;
  if (auto done = trusted_.check_snapshot(); !done) return done;
  return keep(kSnapshot, *received);
}

// §5.6. A stored file is verified as a received one is: its role's keys may have changed. So is one that was loaded
// before: several roles may delegate to one role, and each believes it under keys of its own.
Result<void> Updater::load_targets(const Delegation* delegation, std::string_view delegator) {
  const std::string role = delegation == nullptr ? std::string(kTargets) : delegation->role;
  if (delegation == nullptr && trusted_.targets(role) != nullptr) return {};
  const auto add = [&](std::string_view json) {
    return delegation == nullptr ? trusted_.add_targets(json) : trusted_.add_delegated(json, *delegation, delegator);
  };
  const auto named = trusted_.named_file(role);
  if (!named) return fail(named.error());
  if (const auto old = stored(file_of(role), kMaxTargets); old && add(*old)) return {};
  const auto received = fetch_metadata(role, named->version, limit_of(*named, kMaxTargets));
  if (!received) return fail(received.error());
  if (auto done = add(*received); !done) return done;
  return keep(role, *received);
}

Result<Updater::Target> Updater::find(std::string_view path) {
  struct Visit {
    std::optional<Delegation> delegation;
    std::string delegator;
  };
  std::vector<Visit> ahead = {{.delegation = std::nullopt, .delegator = std::string(kRoot)}};
  std::set<std::string, std::less<>> visited;
  while (!ahead.empty() && visited.size() < kMaxDelegations) {
    const Visit visit = std::move(ahead.back());
    ahead.pop_back();
    const std::string role = visit.delegation ? visit.delegation->role : std::string(kTargets);
    if (!visited.insert(role).second) continue;
    if (auto done = load_targets(visit.delegation ? &*visit.delegation : nullptr, visit.delegator); !done) {
      return fail(std::move(done.error()).during("looking for " + display_text(path)));
    }
    const Targets& targets = *trusted_.targets(role);
    if (const auto found = targets.targets.find(path); found != targets.targets.end()) {
      return Target{.role = role, .file = found->second};
    }
    std::vector<Visit> below;
    for (Delegation& delegation : targets.delegations_for(path)) {
      const bool terminating = delegation.terminating;
      below.push_back({.delegation = std::move(delegation), .delegator = role});
      if (!terminating) continue;
      ahead.clear();
      break;
    }
    std::ranges::move(below.rbegin(), below.rend(), std::back_inserter(ahead));
  }
  return fail(ErrorCode::InvalidRequest, "the repository has no target " + display_text(path));
}

Result<std::string> Updater::download(std::string_view path, Store& targets, std::size_t limit) {
  const auto target = find(path);
  if (!target) return fail(target.error());
  const std::string shown = "target " + display_text(path);
  const auto length = static_cast<std::size_t>(target->file.length);
  if (length > limit) {
    return fail(ErrorCode::LimitExceeded, shown + " is longer than " + std::to_string(limit) + " bytes");
  }
  const std::string name = percent_encode(path);
  if (auto old = targets.read(name, length); old && *old && target->file.check(**old, shown)) return std::move(**old);
  const std::string url = repository_.targets_url + "/" +
                          (trusted_.root().consistent_snapshot ? hashed_path(path, target->file.hashes.first_hex)
                                                               : percent_encode_path(path));
  auto received = fetch_(url, length);
  if (!received) return fail(std::move(received.error()).during("getting " + shown));
  if (!*received) return not_there(url);
  if (auto done = target->file.check(**received, shown); !done) return fail(std::move(done.error()));
  if (auto done = targets.write(name, **received); !done) return fail(std::move(done.error()));
  return std::move(**received);
}

std::optional<std::string> Updater::stored(const std::string& name, std::size_t limit) const {
  auto text = metadata_->read(name, limit);
  if (text) return std::move(*text);
  note("a stored file is left out: " + text.error().what);
  return std::nullopt;
}

Result<std::string> Updater::fetch_metadata(std::string_view role, std::int64_t version, std::size_t limit) const {
  const std::string prefix = trusted_.root().consistent_snapshot ? std::to_string(version) + "." : "";
  const std::string url = repository_.metadata_url + "/" + prefix + file_of(role);
  auto received = fetch_(url, limit);
  if (!received) return fail(std::move(received.error()));
  if (!*received) return not_there(url);
  return std::move(**received);
}

Result<void> Updater::keep(std::string_view role, std::string_view content) {
  return metadata_->write(file_of(role), content);
}

// Never an older one over a newer one.
Result<void> Updater::keep_root() {
  if (trusted_.root().header.version < root_seen_) return {};
  const auto old = metadata_->read(file_of(kRoot), kMaxRoot);
  return old && *old == newest_root_ ? Result<void>() : keep(kRoot, newest_root_);
}

void Updater::note(const std::string& sentence) const {
  if (on_note_) on_note_(sentence);
}

}  // namespace signet::sigstore::tuf
