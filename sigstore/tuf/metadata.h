// TUF's four kinds of metadata as they were read: their form is checked, their signatures are not.
//
// Unknown members are tolerated everywhere: they are part of what is signed.
// Source of all forms: TUF specification 1.0.34 §4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/tuf/key.h"

namespace signet::sigstore::tuf {

/// What a file is never longer than, where nothing that was signed says its length. Both reference clients' values.
inline constexpr std::size_t kMaxRoot = 512'000;
inline constexpr std::size_t kMaxTimestamp = 16'384;
inline constexpr std::size_t kMaxSnapshot = 2'000'000;
inline constexpr std::size_t kMaxTargets = 5'000'000;

enum class Role : std::uint8_t { Root, Timestamp, Snapshot, Targets };
inline constexpr std::size_t kRoleCount = 4;
/// "root", "timestamp", "snapshot", "targets".
[[nodiscard]] std::string_view role_name(Role role);

/// What every file says of itself.
struct Header {
  std::int64_t version = 0;  ///< at least 1
  WallTime expires{};
};

/// The hashes of a file that are of known kinds, and the text of the first one in the list, of whatever kind, which
/// names the file where names have hashes.
struct Hashes {
  std::vector<Digest> known;
  std::string first_hex;

  /// @error NotVerified  one of them is not `content`'s, or none is of a kind that is known here; `what` begins it
  [[nodiscard]] Result<void> check(std::string_view content, std::string_view what) const;
};

struct Root {
  Header header;
  bool consistent_snapshot = false;
  Keys keys;
  std::array<RoleKeys, kRoleCount> roles;  ///< by Role

  [[nodiscard]] const RoleKeys& role(Role which) const { return roles.at(static_cast<std::size_t>(which)); }
};

/// What timestamp says of snapshot, and snapshot of a targets file.
struct MetaFile {
  std::int64_t version = 0;  ///< at least 1
  std::optional<std::int64_t> length;
  std::optional<Hashes> hashes;

  /// Length and hashes, as far as they are given.
  ///
  /// @error NotVerified  `content` is not that file; `what` begins the message
  [[nodiscard]] Result<void> check(std::string_view content, std::string_view what) const;
};

struct Timestamp {
  Header header;
  MetaFile snapshot;
};

struct Snapshot {
  Header header;
  std::map<std::string, MetaFile, std::less<>> meta;  ///< by role name, without ".json"
};

struct TargetFile {
  std::int64_t length = 0;
  Hashes hashes;

  /// @error NotVerified  `content` is not that file; `what` begins the message
  [[nodiscard]] Result<void> check(std::string_view content, std::string_view what) const;
};

/// A role to which targets of some paths are delegated.
struct Delegation {
  std::string role;
  RoleKeys keys;
  bool terminating = false;
  std::vector<std::string> paths{};          ///< patterns: path_pattern.h
  std::vector<std::string> hash_prefixes{};  ///< of the hexadecimal SHA-256 of the path

  [[nodiscard]] bool covers(std::string_view path) const;
};

/// Hash bins whose names are computed (TAP 15).
struct SuccinctRoles {
  RoleKeys keys;
  std::int64_t bit_length = 0;  ///< 1 to 32
  std::string name_prefix;

  /// The one bin that `path` falls into.
  [[nodiscard]] Delegation bin_of(std::string_view path) const;
};

struct Targets {
  Header header;
  std::map<std::string, TargetFile, std::less<>> targets;  ///< by path
  Keys delegated_keys;
  std::vector<Delegation> delegations;  ///< in order
  std::optional<SuccinctRoles> bins;

  /// Those that cover `path`, in order.
  [[nodiscard]] std::vector<Delegation> delegations_for(std::string_view path) const;
};

/// A file whose signatures nobody has looked at: only TrustedSet makes more of it.
template <typename Content>
struct Unverified {
  Content content;
  SignedText text;
};

/// Each reads one kind of file.
///
/// @error InvalidRequest  not strict JSON, another `_type`, another major version of the specification than 1, a
///                        malformed or missing member, or two signatures of one key id; the message names it
/// @error LimitExceeded   larger than its limit above
[[nodiscard]] Result<Unverified<Root>> parse_root(std::string_view json);
[[nodiscard]] Result<Unverified<Timestamp>> parse_timestamp(std::string_view json);
[[nodiscard]] Result<Unverified<Snapshot>> parse_snapshot(std::string_view json);
[[nodiscard]] Result<Unverified<Targets>> parse_targets(std::string_view json);

}  // namespace signet::sigstore::tuf
