// What a TUF client believes: metadata that were verified, in the order of the client workflow, and nothing else.
//
// No file and no network: whoever holds bytes hands them in. Each step demands the ones before it, so that an order
// that the specification forbids is an error. One thread.
//
// Source of every rule: TUF specification 1.0.34 §5.3 to §5.6.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/tuf/metadata.h"

namespace signet::sigstore::tuf {

/// Where bytes come from. What was stored was checked against timestamp's hashes when it came.
enum class Origin : std::uint8_t { Received, Stored };

class TrustedSet {
 public:
  /// @param anchor  root.json, of whatever version: it is believed because it is given, and must be signed by itself
  /// @param now     what expiry is judged by, one moment for a whole run; nothing: expiry does not matter (offline)
  /// @error InvalidRequest, LimitExceeded  as parse_root()
  /// @error NotVerified  it is not signed by its own keys
  [[nodiscard]] static Result<TrustedSet> begin(std::string_view anchor, std::optional<WallTime> now);

  // Every member below:
  /// @error NotVerified  malformed, too large, of another version, not signed by enough keys, or older than what is
  ///                     believed: what is believed stays as it was. Or expired, which only the check_…() say.
  /// @error Bug          out of order

  /// The root after the present one: its version is one more, and both sign it. Expiry does not matter on the way.
  [[nodiscard]] Result<void> add_root(std::string_view json);
  /// The version that add_root() takes; nothing where there is no higher number.
  [[nodiscard]] std::optional<std::int64_t> next_root_version() const;
  /// No root will come any more: this one must not be expired.
  [[nodiscard]] Result<void> end_roots();

  /// @return  false where it has the version of the one that is believed, which is kept whatever the new one says
  [[nodiscard]] Result<bool> add_timestamp(std::string_view json);
  [[nodiscard]] Result<void> check_timestamp() const;

  /// It may be older than timestamp says: no entry of the next one may be older than this one's, and none may be gone.
  [[nodiscard]] Result<void> add_snapshot(std::string_view json, Origin origin);
  /// It is the one that timestamp names, and not expired.
  [[nodiscard]] Result<void> check_snapshot() const;

  /// The root's targets, or a role's to which `delegator` delegates, whose targets were added before.
  [[nodiscard]] Result<void> add_targets(std::string_view json);
  [[nodiscard]] Result<void> add_delegated(std::string_view json, const Delegation& delegation,
                                           std::string_view delegator);

  [[nodiscard]] const Root& root() const { return root_; }
  [[nodiscard]] const std::optional<Timestamp>& timestamp() const { return timestamp_; }
  [[nodiscard]] const std::optional<Snapshot>& snapshot() const { return snapshot_; }
  /// By role, as the delegator that was named last believes it; nullptr where it was not added.
  [[nodiscard]] const Targets* targets(std::string_view role) const;
  /// What snapshot says of a role's file.
  ///
  /// @error NotVerified  snapshot does not name it
  [[nodiscard]] Result<MetaFile> named_file(std::string_view role) const;

 private:
  TrustedSet(Root root, std::optional<WallTime> now) : root_(std::move(root)), now_(now) {}
  [[nodiscard]] Result<void> check_expiry(const Header& header, std::string_view what) const;
  [[nodiscard]] Result<void> check_no_rollback(const Snapshot& next) const;
  [[nodiscard]] Result<void> take_targets(std::string_view json, std::string_view role, const Keys& keys,
                                          const RoleKeys& role_keys);

  Root root_;
  std::optional<WallTime> now_;
  bool roots_ended_ = false;
  std::optional<Timestamp> timestamp_;
  std::optional<Snapshot> snapshot_;
  std::map<std::string, Targets, std::less<>> targets_;
};

}  // namespace signet::sigstore::tuf
