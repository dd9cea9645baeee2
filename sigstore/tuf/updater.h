// A TUF client's run: what it asks of a repository, what it keeps, and the files that it may then believe.
//
// One thread; one Updater is one run, with one moment for all questions of expiry.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/tuf/store.h"
#include "sigstore/tuf/trusted_set.h"

namespace signet::sigstore::tuf {

/// Gets one file by its URL, and never reads more than `limit` bytes of it.
///
/// @return  nothing where the repository says that there is none (404, 403)
/// @error   anything else that failed; a longer file is LimitExceeded
using Fetch = std::function<Result<std::optional<std::string>>(const std::string& url, std::size_t limit)>;

/// Told, in one sentence, what is no error and should not be: a stored file that is damaged.
using OnNote = std::function<void(const std::string&)>;

/// URLs without a slash at the end.
struct Repository {
  std::string metadata_url;
  std::string targets_url;
};

/// More root versions in one run, or more roles in one search, than any repository needs. Both reference clients'
/// values.
inline constexpr int kMaxRotations = 256;
inline constexpr std::size_t kMaxDelegations = 32;

class Updater {
 public:
  /// Believes `anchor`, and the newer roots that are stored and lead on from it. No request is made.
  ///
  /// @param metadata  "root.json", "timestamp.json", "<role>.json", "root_history/<N>.root.json": byte for byte as
  ///                  received; must outlive this object
  /// @error InvalidRequest, LimitExceeded, NotVerified  as TrustedSet::begin()
  [[nodiscard]] static Result<Updater> begin(std::string_view anchor, Repository repository, Fetch fetch,
                                             Store& metadata, WallTime now, OnNote on_note = {});

  /// The client workflow from the roots to targets (§5.3 to §5.6). What was stored before a failure stays stored, and
  /// the next run goes on from there.
  ///
  /// @error NotVerified            something that was served does not verify, is older than what was seen, or expired;
  ///                               or the roots that lead to the stored root.json are lost and not served
  /// @error RepositoryUnavailable  a file that must be there is not
  /// @error InvalidRequest         the store cannot be written
  /// @error others                 `fetch`'s own
  [[nodiscard]] Result<void> refresh();

  struct Target {
    std::string role;  ///< the one whose targets have it
    TargetFile file{};
  };
  /// Looks for a target after refresh(), in targets and then in delegated roles, depth first, which are got as needed
  /// (§5.6.7).
  ///
  /// @error InvalidRequest  no role that may speak of it has it
  /// @error others          as refresh()
  [[nodiscard]] Result<Target> find(std::string_view path);

  /// A target's content, from `targets` where the right one is stored, else from the repository (§5.7).
  ///
  /// @param targets  gets it under the percent-encoded path
  /// @error LimitExceeded  it is longer than `limit`
  /// @error others         as find() and refresh()
  [[nodiscard]] Result<std::string> download(std::string_view path, Store& targets, std::size_t limit);

  [[nodiscard]] const TrustedSet& trusted() const { return trusted_; }
  /// root.json of each version after the anchor's, as received, in order.
  [[nodiscard]] const std::vector<std::string>& roots_after_anchor() const { return roots_; }

 private:
  Updater(TrustedSet trusted, std::string_view anchor, Repository repository, Fetch fetch, Store& metadata,
          OnNote on_note)
      : trusted_(std::move(trusted)),
        repository_(std::move(repository)),
        fetch_(std::move(fetch)),
        metadata_(&metadata),
        on_note_(std::move(on_note)),
        newest_root_(anchor) {}

  void walk_stored_roots();
  void look_at_stored_root();
  void believe_root(std::string json);
  [[nodiscard]] Result<void> refresh_root();
  [[nodiscard]] Result<void> refresh_timestamp();
  [[nodiscard]] Result<void> refresh_snapshot();
  /// The root's targets, unless they were loaded before, or those of a role as `delegation` believes it.
  [[nodiscard]] Result<void> load_targets(const Delegation* delegation, std::string_view delegator);

  [[nodiscard]] std::optional<std::string> stored(const std::string& name, std::size_t limit) const;
  [[nodiscard]] Result<std::string> fetch_metadata(std::string_view role, std::int64_t version,
                                                   std::size_t limit) const;
  [[nodiscard]] Result<void> keep(std::string_view role, std::string_view content);
  [[nodiscard]] Result<void> keep_root();
  void note(const std::string& sentence) const;

  TrustedSet trusted_;
  Repository repository_;
  Fetch fetch_;
  Store* metadata_;
  OnNote on_note_;
  std::string newest_root_;         // as received: the anchor, or the last of roots_
  std::vector<std::string> roots_;  // after the anchor
  std::int64_t root_seen_ = 0;      // the version of the stored root.json: some run before this one believed it
};

}  // namespace signet::sigstore::tuf
