// The repository of the current folder, as git reads it: which objects are meant, and their bytes.
//
// Byte by byte as they are stored: replacements, grafts and the ends of a shallow clone, which show another history in
// the place of the one that the commits name, are not followed, and caches of it are not believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/git_command.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::cli {

/// As many commits as one call takes.
inline constexpr std::size_t kMaxRevisions = 1000;
/// All objects that are read at once, in bytes.
inline constexpr std::size_t kMaxObjectsRead = std::size_t{128} * 1024 * 1024;

struct StoredObject {
  std::string id;    ///< 40 or 64 lower-case hexadecimal digits
  std::string type;  ///< "commit", "tag", "tree" or "blob"
  std::string text;  ///< what `git cat-file` prints
  [[nodiscard]] ByteView bytes() const { return bytes_of(text); }
  /// False where the repository keeps other bytes in the place of this id than those that it names.
  [[nodiscard]] bool has_its_id() const;
  /// "commit 1f2e3d4c5b6a", for people.
  [[nodiscard]] std::string name() const;
};

/// What a revision is peeled to.
enum class Peel : std::uint8_t {
  Nothing,   ///< an annotated tag is itself
  ToCommit,  ///< a tag is the commit that it is of
};

/// The ids that revisions name, in their order and each once: of a range (A..B) each commit in it, the oldest first.
/// Without an operand it is HEAD.
///
/// @error InvalidRequest  not in a repository, no such revision, one that is ambiguous, or an empty range
/// @error LimitExceeded   more than kMaxRevisions
/// @error as run_git()
[[nodiscard]] Result<std::vector<std::string>> find_revisions(const std::vector<std::string>& operands, Peel peel);

/// A ref below refs/tags/ by which an operand names an object.
struct NamedTag {
  std::string name;  ///< "v1.0" of refs/tags/v1.0
  std::string id;    ///< what it holds
};

/// The tags that operands name, in any of the ways in which git lets them be written. What is named by its id, or has
/// no such ref, is not among them.
///
/// @error as run_git()
[[nodiscard]] Result<std::vector<NamedTag>> find_named_tags(const std::vector<std::string>& operands);

/// Reads objects in the order of their ids.
///
/// @error InvalidRequest  one is not there
/// @error LimitExceeded   together they have more than kMaxObjectsRead bytes
/// @error as run_git()
[[nodiscard]] Result<std::vector<StoredObject>> read_objects(const std::vector<std::string>& ids);

/// The same with nothing in the place of each object that has more than `most` bytes.
[[nodiscard]] Result<std::vector<std::optional<StoredObject>>> read_bounded(const std::vector<std::string>& ids,
                                                                            std::size_t most);

/// One of git's plumbing commands, told not to follow replacements and grafts, to run no hooks, and to
/// speak to no remote.
[[nodiscard]] GitCommand plumbing(std::vector<std::string> arguments, std::string input = {});

/// The deadline of a call of git that stays on this machine.
[[nodiscard]] Deadline local_deadline();

}  // namespace signet::cli
