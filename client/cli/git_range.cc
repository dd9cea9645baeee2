#include "client/cli/git_range.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "client/cli/git_names.h"
#include "client/cli/git_repository.h"
#include "common/display.h"
#include "sigstore/git/headers.h"
#include "sigstore/git/object.h"

namespace signet::cli {
namespace {

constexpr std::size_t kMaxWalked = 100'000;
// A straight history would otherwise cost two calls of git for each commit.
constexpr std::size_t kReadAhead = 1000;
// Tags of tags, as many as anybody makes.
constexpr int kMaxTags = 8;

using Ids = std::vector<std::string>;

// What a range begins and ends with.
struct Tips {
  Ids in;   // with their history,
  Ids out;  // without the history of these
};

bool is_shallow() {
  const auto answer = ask_git(plumbing({"rev-parse", "--is-shallow-repository"}), local_deadline());
  return answer && *answer == "true\n";
}

std::unexpected<Error> no_range(Error error) {
  if (error.code == ErrorCode::InvalidRequest && is_shallow()) {
    error.remedy = "this clone is shallow and may lack commits of the range: git fetch --unshallow";
  }
  return fail(std::move(error));
}

Result<Ids> ask_lines(std::vector<std::string> arguments, std::string input = {}) {
  auto command = plumbing(std::move(arguments), std::move(input));
  // A shallow clone would leave out what it has not: where a commit of the range names a parent, that one must be here.
  command.environment.emplace("GIT_SHALLOW_FILE", "");
  const auto output = ask_for_revision(std::move(command));
  if (!output) return fail(output.error());
  Ids lines;
  for (std::string_view rest = *output; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    lines.emplace_back(line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return lines;
}

Result<Tips> find_tips(const std::string& operand) {
  auto lines = ask_lines({"rev-parse", "--revs-only", operand, "--"});
  if (!lines) return no_range(std::move(lines.error()));
  Tips tips;
  for (const std::string& line : *lines) {
    const bool is_out = line.starts_with('^');
    const std::string id = line.substr(is_out ? 1 : 0);
    if (!sigstore::is_git_object_id(id)) return fail(ErrorCode::WorkerFailed, "git rev-parse answers nonsense");
    (is_out ? tips.out : tips.in).push_back(id);
  }
  return tips;
}

// A commit's parents as git reads them, which is right behind the tree; a tag's object. Nothing of bytes that have
// another id.
Ids named_in(const StoredObject& object) {
  Ids ids;
  if (!object.has_its_id()) return ids;
  // The message may hold anything.
  const std::string headers = object.text.substr(0, object.text.find("\n\n")) + "\n\n";
  const auto block = sigstore::parse_git_headers(headers);
  if (!block || block->headers.empty()) return ids;
  const auto take = [&](const sigstore::GitHeader& header) {
    if (sigstore::is_git_object_id(header.value)) ids.emplace_back(header.value);
  };
  if (object.type == "tag" && block->headers.front().name == "object") take(block->headers.front());
  if (object.type != "commit" || block->headers.front().name != "tree") return ids;
  for (std::size_t i = 1; i < block->headers.size() && block->headers[i].name == "parent"; ++i) {
    take(block->headers[i]);
  }
  return ids;
}

// What commits and tags name, by their bytes.
class History {
 public:
  [[nodiscard]] const Ids& named_by(const std::string& id) const { return known_.at(id).names; }

  Result<void> read(const Ids& ids) {
    Ids unknown;
    for (const std::string& id : ids) {
      if (known_.try_emplace(id).second) unknown.push_back(id);
    }
    const auto objects = read_bounded(unknown, kMaxObjectsRead);
    if (!objects) return fail(objects.error());
    for (const auto& object : *objects) {
      if (object) known_[object->id] = {.is_tag = object->type == "tag", .names = named_in(*object)};
    }
    return {};
  }

  /// The commits that tags are of.
  Result<void> peel(Ids& tips) {
    for (int i = 0; i < kMaxTags; ++i) {
      if (auto done = read(tips); !done) return done;
      for (std::string& tip : tips) {
        const Known& known = known_.at(tip);
        if (known.is_tag && !known.names.empty()) tip = std::string(known.names.front());
      }
    }
    return read(tips);
  }

  /// Those of `wanted` that are neither `tip` nor an ancestor of it.
  Result<std::set<std::string>> not_before(const std::string& tip, std::set<std::string> wanted) {
    std::set<std::string> seen = {tip};
    wanted.erase(tip);
    for (Ids front = {tip}; !wanted.empty() && !front.empty();) {
      if (auto done = read_ahead(front); !done) {
        // Behind what is not there nothing is proved.
        if (done.error().code == ErrorCode::InvalidRequest) return wanted;
        return fail(std::move(done.error()));
      }
      Ids next;
      for (const std::string& id : front) {
        for (const std::string& parent : named_by(id)) {
          if (!seen.insert(parent).second) continue;
          wanted.erase(parent);
          next.push_back(parent);
        }
      }
      front = std::move(next);
    }
    return wanted;
  }

 private:
  struct Known {
    bool is_tag = false;
    Ids names{};
  };

  // These, and what git believes to come next: a hint for what to read, and no more than that.
  Result<void> read_ahead(const Ids& front) {
    Ids ids;
    std::string input;
    for (const std::string& id : front) {
      if (known_.contains(id)) continue;
      ids.push_back(id);
      input += id + "\n";
    }
    if (ids.empty()) return {};
    if (known_.size() > kMaxWalked) {
      return fail(ErrorCode::LimitExceeded,
                  "the range's beginning is not proved by " + std::to_string(kMaxWalked) + " commits before it",
                  "name a beginning that is nearer to where the range branches off");
    }
    if (deadline_.passed()) return fail(ErrorCode::Deadline, "it takes too long to prove the range's beginning");
    const auto hint = ask_lines({"rev-list", "--max-count=" + std::to_string(kReadAhead), "--stdin"}, std::move(input));
    if (hint) ids.insert(ids.end(), hint->begin(), hint->end());
    return read(ids);
  }

  std::map<std::string, Known> known_;
  const Deadline deadline_ = local_deadline();
};

std::unexpected<Error> not_proved(const std::string& id, const std::string& tip) {
  return fail(ErrorCode::InvalidRequest,
              "the range's beginning cannot be proved: commit " + id.substr(0, 12) +
                  " is left out by the repository and is no ancestor of " + tip.substr(0, 12),
              "see: git fsck");
}

Result<void> prove(const Ids& listed, Tips tips) {
  History history;
  if (auto done = history.read(listed); !done) return done;
  if (auto done = history.peel(tips.in); !done) return done;
  if (auto done = history.peel(tips.out); !done) return done;
  std::set<std::string> left_out(tips.in.begin(), tips.in.end());
  for (const std::string& id : listed) left_out.insert(history.named_by(id).begin(), history.named_by(id).end());
  for (const std::string& id : listed) left_out.erase(id);
  // A...B leaves out what both have. Where the two meet is git's word alone, and so it is not asked.
  const bool is_symmetric = tips.in.size() > 1;
  const Ids& beginnings = is_symmetric ? tips.in : tips.out;
  for (const std::string& tip : beginnings) {
    const auto unproved = history.not_before(tip, left_out);
    if (!unproved) return fail(unproved.error());
    if (!unproved->empty()) return not_proved(*unproved->begin(), tip);
  }
  if (beginnings.empty() && !left_out.empty()) return not_proved(*left_out.begin(), "anything");
  return {};
}

}  // namespace

Result<std::vector<std::string>> list_range(const std::string& operand) {
  const auto tips = find_tips(operand);
  if (!tips) return fail(tips.error());
  std::vector<std::string> arguments = {"rev-list", "--topo-order", "--reverse",
                                        "--max-count=" + std::to_string(kMaxRevisions + 1)};
  arguments.insert(arguments.end(), tips->in.begin(), tips->in.end());
  for (const std::string& id : tips->out) arguments.push_back("^" + id);
  arguments.emplace_back("--");
  auto ids = ask_lines(std::move(arguments));
  if (!ids) return no_range(std::move(ids.error()));
  if (ids->empty()) {
    return fail(ErrorCode::InvalidRequest, "no commit is in the range " + display_text(operand, 100),
                "A..B is what B has and A has not");
  }
  if (ids->size() > kMaxRevisions) return ids;
  if (auto proved = prove(*ids, *tips); !proved) return no_range(std::move(proved.error()));
  return ids;
}

}  // namespace signet::cli
