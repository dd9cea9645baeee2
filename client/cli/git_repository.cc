#include "client/cli/git_repository.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <utility>

#include "client/cli/git_names.h"
#include "client/cli/git_range.h"
#include "common/display.h"
#include "common/lines.h"
#include "sigstore/git/object.h"
#include "sigstore/git/object_id.h"

namespace signet::cli {
namespace {

constexpr std::chrono::seconds kLocalTime{60};
// One line of cat-file's answer: id, type, size.
constexpr std::size_t kFactsLine = 128;

struct Facts {
  std::string id;
  std::string type;
  std::size_t size = 0;
};

std::unexpected<Error> no_revision(std::string_view operand) {
  return fail(ErrorCode::InvalidRequest, "there is no revision " + display_text(operand, 100) + " here",
              "name a commit, a branch, a tag or a range as git does: HEAD, v1.0, main..topic");
}

// "<id> <type> <size>"; anything else says that there is no such object.
Result<Facts> parse_facts(std::string_view line, std::string_view asked) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || !sigstore::is_git_object_id(line.substr(0, first))) return no_revision(asked);
  Facts facts{.id = std::string(line.substr(0, first)),
              .type = std::string(line.substr(first + 1, second - first - 1)),
              .size = 0};
  const std::string_view size = line.substr(second + 1);
  const auto read = std::from_chars(size.data(), size.data() + size.size(), facts.size);
  if (read.ec != std::errc() || read.ptr != size.data() + size.size()) return no_revision(asked);
  return facts;
}

std::unexpected<Error> too_much() {
  return fail(ErrorCode::LimitExceeded,
              "git objects of more than " + std::to_string(kMaxObjectsRead) + " bytes together are not read",
              "name fewer of them at once");
}

// "<id> <type> <size>\n<bytes>\n"
Result<StoredObject> take_object(std::string_view& text, const Facts& asked) {
  const auto facts = parse_facts(take_line(text), asked.id);
  if (!facts || facts->id != asked.id || facts->size != asked.size || facts->size >= text.size()) {
    return fail(ErrorCode::WorkerFailed, "git cat-file answers nonsense");
  }
  StoredObject object{.id = facts->id, .type = facts->type, .text = std::string(text.substr(0, facts->size))};
  text.remove_prefix(facts->size + 1);
  return object;
}

// `suffix` says of each name what of it is meant, and is nobody's words.
Result<std::vector<Facts>> ask_facts(const std::vector<std::string>& names, std::string_view suffix = {}) {
  std::string input;
  for (const std::string& name : names) input.append(name).append(suffix).append("\n");
  auto command = plumbing({"cat-file", "--batch-check"}, std::move(input));
  command.limit = names.size() * (kFactsLine + 4096);  // what is not there is repeated
  const auto output = ask_for_revision(std::move(command));
  if (!output) return fail(output.error());
  std::vector<Facts> all;
  std::string_view rest = *output;
  for (const std::string& name : names) {
    auto facts = parse_facts(take_line(rest), name);
    if (!facts) return fail(std::move(facts.error()));
    all.push_back(std::move(*facts));
  }
  return all;
}

constexpr std::string_view kTags = "refs/tags/";

// The refs below refs/tags/ that an operand may mean (gitrevisions: <refname>, <rev>^{<type>}, <refname>@{<date>}).
std::vector<std::string> tag_refs_of(std::string_view operand) {
  const std::string name(operand.substr(0, std::min(operand.find("^{"), operand.find("@{"))));
  std::vector<std::string> refs;
  for (const std::string_view prefix : {"", "refs/", "refs/tags/"}) {
    const std::string ref = std::string(prefix) + name;
    if (ref.starts_with(kTags)) refs.push_back(ref);
  }
  return refs;
}

bool is_range(std::string_view operand) { return operand.find("..") != std::string_view::npos; }

// git's own rules for what a revision may be called forbid both, and so a revision is one line of a list of them.
Result<void> check_operand(std::string_view operand) {
  if (operand.empty() || operand.starts_with('-') || operand.find('\n') != std::string_view::npos) {
    return no_revision(operand);
  }
  return {};
}

Result<std::vector<std::string>> ids_of(const std::string& operand, Peel peel) {
  if (auto sound = check_operand(operand); !sound) return fail(std::move(sound.error()));
  if (is_range(operand)) return list_range(operand);
  auto facts = ask_facts({operand}, peel == Peel::ToCommit ? "^{commit}" : "");
  if (!facts) return fail(std::move(facts.error()));
  return std::vector<std::string>{std::move(facts->front().id)};
}

}  // namespace

std::string StoredObject::name() const { return type + " " + id.substr(0, 12); }

bool StoredObject::has_its_id() const { return sigstore::is_id_of_git_object(id, type, bytes()); }

GitCommand plumbing(std::vector<std::string> arguments, std::string input) {
  GitCommand command{.arguments = std::move(arguments), .input = std::move(input)};
  command.arguments.insert(command.arguments.begin(), {"-c", "core.hooksPath=/dev/null", "-c", "core.commitGraph=false",
                                                       "-c", "advice.graftFileDeprecated=false"});
  // In a partial clone git fetches by itself what is missing, and runs whatever the repository names for that.
  command.environment = {{"GIT_NO_REPLACE_OBJECTS", "1"},
                         {"GIT_GRAFT_FILE", "/dev/null"},
                         {"GIT_ALLOW_PROTOCOL", "none"},
                         {"GIT_NO_LAZY_FETCH", "1"}};
  return command;
}

Deadline local_deadline() { return Deadline::after(kLocalTime); }

Result<std::vector<std::string>> find_revisions(const std::vector<std::string>& operands, Peel peel) {
  std::vector<std::string> all;
  std::set<std::string> seen;
  const std::vector<std::string> head = {"HEAD"};
  for (const std::string& operand : operands.empty() ? head : operands) {
    auto ids = ids_of(operand, peel);
    if (!ids) return fail(std::move(ids.error()));
    for (std::string& id : *ids) {
      if (seen.insert(id).second) all.push_back(std::move(id));
    }
    if (all.size() <= kMaxRevisions) continue;
    return fail(ErrorCode::LimitExceeded, "more than " + std::to_string(kMaxRevisions) + " commits at once",
                "name a shorter range, and call it several times");
  }
  return all;
}

Result<std::vector<NamedTag>> find_named_tags(const std::vector<std::string>& operands) {
  std::vector<std::string> refs;
  for (const std::string& operand : operands) {
    for (std::string& ref : tag_refs_of(operand)) refs.push_back(std::move(ref));
  }
  if (refs.empty()) return std::vector<NamedTag>();
  std::string input;
  for (const std::string& ref : refs) input += ref + "\n";
  auto command = plumbing({"cat-file", "--batch-check"}, std::move(input));
  command.limit = refs.size() * (kFactsLine + 4096);
  const auto output = ask_git(command, local_deadline());
  if (!output) return fail(output.error());
  std::vector<NamedTag> named;
  std::string_view rest = *output;
  for (const std::string& ref : refs) {
    auto facts = parse_facts(take_line(rest), ref);
    if (facts) named.push_back({.name = ref.substr(kTags.size()), .id = std::move(facts->id)});
  }
  return named;
}

Result<std::vector<StoredObject>> read_objects(const std::vector<std::string>& ids) {
  auto read = read_bounded(ids, kMaxObjectsRead);
  if (!read) return fail(std::move(read.error()));
  std::vector<StoredObject> objects;
  for (std::optional<StoredObject>& object : *read) {
    if (!object) return too_much();
    objects.push_back(std::move(*object));
  }
  return objects;
}

Result<std::vector<std::optional<StoredObject>>> read_bounded(const std::vector<std::string>& ids, std::size_t most) {
  std::vector<std::optional<StoredObject>> objects(ids.size());
  if (ids.empty()) return objects;
  const auto facts = ask_facts(ids);
  if (!facts) return fail(facts.error());
  std::size_t size = 0;
  std::string input;
  for (const Facts& each : *facts) {
    if (each.size > most) continue;
    size += each.size;
    if (size > kMaxObjectsRead) return too_much();
    input += each.id + "\n";
  }
  auto command = plumbing({"cat-file", "--batch"}, std::move(input));
  command.limit = size + ids.size() * kFactsLine;
  const auto output = ask_git(command, local_deadline());
  if (!output) return fail(output.error());
  std::string_view rest = *output;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Facts& each = facts->at(i);
    if (each.size > most) continue;
    auto object = take_object(rest, each);
    if (!object) return fail(std::move(object.error()));
    objects.at(i) = std::move(*object);
  }
  return objects;
}

}  // namespace signet::cli
