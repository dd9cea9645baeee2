// A TUF repository in memory that can be made to do what no repository should: metadata are written and signed whenever
// they are asked for, from what the members below say at that moment. Only roots are published, once for each version.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "json/value.h"
#include "sigstore/tuf/updater.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// The day on which the tests play.
inline constexpr std::string_view kToday = "2026-05-01T00:00:00Z";
inline constexpr std::string_view kNextYear = "2027-05-01T00:00:00Z";
inline constexpr std::string_view kYesterday = "2026-04-30T00:00:00Z";

/// The Ed25519 key of that number; made when it is first asked for, and the same for the whole test program.
[[nodiscard]] const SoftwareKey& numbered_key(int number);
/// The key object of TUF, and its key id.
[[nodiscard]] json::Object key_object(const SoftwareKey& key);
[[nodiscard]] std::string key_id(int number);

/// Whose signatures a role needs, and who signs.
struct SimulatedRole {
  std::vector<int> keys{};
  std::int64_t threshold = 1;
  std::vector<int> signers{};
  std::int64_t version = 1;
  std::string expires{kNextYear};
};

/// A delegation to a role, in the order of the delegator.
struct SimulatedDelegation {
  std::string delegator = "targets";
  std::string role{};
  std::vector<std::string> paths{"*"};
  bool terminating = false;
  std::vector<std::string> hash_prefixes{};
};

class SimulatedRepository {
 public:
  /// One key for each role (1 to 4), thresholds of 1, everything of version 1, and root 1 published.
  SimulatedRepository();

  SimulatedRole root, timestamp, snapshot, targets;
  std::map<std::string, SimulatedRole> delegated{};
  std::vector<SimulatedDelegation> delegations{};
  bool consistent = true;
  bool names_hashes = false;  ///< timestamp and snapshot name lengths and hashes
  std::map<std::string, std::map<std::string, std::string>> artifacts{};  ///< role, path, content

  std::map<std::string, std::int64_t> named_versions{};  ///< instead of the files' own, by role
  std::set<std::string> unnamed{};                       ///< roles that snapshot is silent about
  std::set<std::string> missing{};                       ///< paths that get 404
  std::map<std::string, std::string> served{};           ///< paths that get this instead
  /// Changes what is signed, or the signatures over it; `role` is the file's.
  std::function<void(const std::string& role, json::Object& signed_part)> bend{};
  std::function<void(const std::string& role, json::Array& signatures)> bend_signatures{};

  std::vector<std::string> requests{};  ///< paths below the base URL, in order
  static constexpr std::string_view kUrl = "https://tuf.example.org";

  /// Publishes root as it stands, one version higher.
  void publish_root();
  [[nodiscard]] const std::string& published_root(std::size_t version) const { return roots_.at(version - 1); }
  /// Forgets all roots: publish_root() begins with version 1.
  void forget_roots();

  /// A file as it would be served: "timestamp", "snapshot", "targets" or a delegated role.
  [[nodiscard]] std::string metadata(const std::string& role);
  void add_artifact(const std::string& role, const std::string& path, const std::string& content);
  /// Raises the versions of snapshot and timestamp, as after any change.
  void publish_snapshot();

  [[nodiscard]] sigstore::tuf::Fetch fetch();
  [[nodiscard]] static sigstore::tuf::Repository urls();

 private:
  [[nodiscard]] SimulatedRole& role_of(const std::string& role);
  [[nodiscard]] std::string write(const std::string& role, json::Object signed_part);
  [[nodiscard]] json::Object header(const std::string& role, const std::string& type);
  [[nodiscard]] json::Object root_part();
  [[nodiscard]] json::Object meta_of(const std::string& role);
  [[nodiscard]] json::Object targets_part(const std::string& role);
  [[nodiscard]] json::Object delegations_of(const std::string& role);
  [[nodiscard]] std::optional<std::string> answer(const std::string& path);
  [[nodiscard]] std::optional<std::string> artifact_at(const std::string& path) const;

  std::vector<std::string> roots_{};
};

/// A store in memory that may lose power: after `writes_left` writes nothing is written any more, without a word.
class MemoryStore final : public sigstore::tuf::Store {
 public:
  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name, std::size_t limit) const override;
  [[nodiscard]] Result<void> write(const std::string& name, std::string_view content) override;

  std::map<std::string, std::string> files{};
  std::vector<std::string> written{};  ///< names, in order
  int writes_left = 1'000'000;         ///< then each write fails
};

/// One client: what it believes from the beginning, and what it keeps from run to run.
struct SimulatedClient {
  explicit SimulatedClient(SimulatedRepository& repository);

  /// One run, at `now`.
  [[nodiscard]] Result<void> refresh();
  /// One run that gets a target, too.
  [[nodiscard]] Result<std::string> download(std::string_view path);
  /// The version of a stored file; 0 where there is none.
  [[nodiscard]] std::int64_t version(const std::string& role) const;

  SimulatedRepository* repository;
  std::string anchor;
  std::string now{kToday};
  MemoryStore metadata{};
  MemoryStore targets{};
  std::vector<std::string> notes{};
};

}  // namespace signet::test
