#include "sigstore/git/commit_statement.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include "common/display.h"
#include "common/time.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/git/object.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kSubjectName = "git+commit";
// in-toto's DigestSet: the object id, whichever hash the repository has.
constexpr std::string_view kGitDigest = "gitCommit";

void set_text(json::Object& object, const char* name, std::string_view text) {
  if (!text.empty() && is_utf8(text)) object.set(name, text);
}

// "A U Thor <a@example.org> 1700000000 +0100": parse_git_object() has made sure of the form.
json::Object person_object(std::string_view person) {
  const std::size_t open = person.find('<');
  const std::size_t close = person.find('>', open);
  json::Object object;
  set_text(object, "name", person.substr(0, open - 1));
  set_text(object, "email", person.substr(open + 1, close - open - 1));
  const std::string_view date = person.substr(close + 2);
  std::int64_t seconds = 0;
  // The last second of the year 9999: RFC 3339 knows no later one.
  constexpr std::int64_t kLastSecond = 253402300799;
  if (std::from_chars(date.data(), date.data() + date.size(), seconds).ec == std::errc() && seconds <= kLastSecond) {
    object.set("date", encode_rfc3339(wall_time_from_unix(seconds)));
  }
  return object;
}

std::string_view message_of(const GitObject& commit) {
  const std::string_view text = text_of(commit.bytes);
  return text.substr(std::min(text.find("\n\n"), text.size() - 2) + 2);
}

json::Object source_of(const GitObject& commit) {
  json::Array parents;
  for (const std::string& parent : commit.parents) parents.emplace_back(parent);
  json::Object source{{"tree", commit.tree}};
  source.set("parents", std::move(parents));
  source.set("author", person_object(commit.author));
  source.set("committer", person_object(commit.committer));
  set_text(source, "message", message_of(commit));
  return source;
}

json::Object predicate_of(const GitObject& commit, std::string_view signature) {
  json::Object predicate{{"source", source_of(commit)}};
  set_text(predicate, "signature", signature);
  return predicate;
}

const json::Object* object_in(const json::Object* object, std::string_view name) {
  const json::Value* value = object != nullptr ? object->find(name) : nullptr;
  return value != nullptr ? value->as_object() : nullptr;
}

// The first of these members that is said and is not so.
std::optional<std::string_view> contradiction_in(const json::Object& said, const json::Object& own,
                                                 std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::Value* theirs = said.find(name);
    const json::Value* ours = own.find(name);
    if (theirs != nullptr && (ours == nullptr || !(*theirs == *ours))) return name;
  }
  return std::nullopt;
}

std::unexpected<Error> no_commit_statement(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a statement about one commit: " + std::string(why));
}

// Of a statement that parse_statement() took.
const std::string* git_id_in(const json::Value& statement) {
  const json::Value& subject = statement.as_object()->find("subject")->as_array()->front();
  const json::Value* id = subject.as_object()->find("digest")->as_object()->find(kGitDigest);
  return id == nullptr ? nullptr : id->as_string();
}

}  // namespace

Result<std::string> encode_commit_statement(std::string_view id, ByteView commit) {
  if (!is_git_object_id(id)) return fail(ErrorCode::InvalidRequest, "not the id of a git object");
  const auto split = split_signed_git_object(commit);
  if (!split) return fail(split.error());
  const auto object = parse_git_object(split->payload, split->payload.size());
  if (!object) return fail(object.error());
  if (object->kind != GitObjectKind::Commit) return fail(ErrorCode::InvalidRequest, "a tag, not a commit");
  json::Object digests{{std::string(kGitDigest), id}};
  digests.set("sha256", hash(HashAlgorithm::Sha256, commit).hex());
  json::Array subjects;
  subjects.emplace_back(json::Object{{"name", kSubjectName}, {"digest", std::move(digests)}});
  return json::write(json::Object{{"_type", "https://in-toto.io/Statement/v1"},
                                  {"subject", std::move(subjects)},
                                  {"predicateType", kCommitPredicateType},
                                  {"predicate", predicate_of(*object, split->signature)}});
}

Result<CommitSubject> parse_commit_statement(ByteView payload) {
  const auto statement = parse_statement(payload);
  if (!statement) return fail(statement.error());
  if (statement->predicate_type != kCommitPredicateType) return no_commit_statement("it is of another type");
  if (statement->subjects.size() != 1) return no_commit_statement("it has several subjects");
  const auto document = json::parse(text_of(payload));
  const std::string* id = document ? git_id_in(*document) : nullptr;
  if (id == nullptr || !is_git_object_id(*id))
    return no_commit_statement("its subject has no gitCommit that is an object id");
  const auto& digests = statement->subjects.front().digests;
  const auto sha256 = std::ranges::find(digests, HashAlgorithm::Sha256, &Digest::algorithm);
  if (sha256 == digests.end()) return no_commit_statement("its subject has no sha256");
  return CommitSubject{.id = *id, .sha256 = *sha256};
}

Result<void> check_commit_predicate(ByteView payload, ByteView commit) {
  const auto document = json::parse(text_of(payload));
  const json::Object* said = object_in(object_in(document ? document->as_object() : nullptr, "predicate"), "source");
  if (said == nullptr) return {};
  const auto split = split_signed_git_object(commit);
  if (!split) return fail(split.error());
  const auto object = parse_git_object(split->payload, split->payload.size());
  if (!object) return fail(object.error());
  const json::Object own = source_of(*object);
  auto wrong = contradiction_in(*said, own, {"tree", "parents", "message"});
  for (const char* person : {"author", "committer"}) {
    const json::Object* theirs = object_in(said, person);
    if (theirs == nullptr || wrong) continue;
    if (contradiction_in(*theirs, *object_in(&own, person), {"name", "email"})) wrong = person;
  }
  if (!wrong) return {};
  return fail(ErrorCode::InvalidRequest, "the statement says another " + std::string(*wrong) + " than the commit has");
}

std::string commit_statement_title(ByteView payload) {
  const auto document = json::parse(text_of(payload));
  const json::Value* value = document ? &*document : nullptr;
  for (const char* name : {"predicate", "source", "message"}) {
    const json::Object* object = value != nullptr ? value->as_object() : nullptr;
    value = object != nullptr ? object->find(name) : nullptr;
  }
  const std::string* message = value != nullptr ? value->as_string() : nullptr;
  return message != nullptr ? message->substr(0, message->find('\n')) : std::string();
}

}  // namespace signet::sigstore
