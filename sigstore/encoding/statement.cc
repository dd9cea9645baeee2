#include "sigstore/encoding/statement.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";

// in-toto DigestSet: lower-case hexadecimal. Values of algorithms that are not ours are texts of any kind (gitCommit,
// dirHash).
Result<std::optional<Digest>> parse_entry(const json::Object::Member& entry) {
  const std::string* text = entry.second.as_string();
  if (entry.first.empty() || text == nullptr || text->empty()) {
    return fail(ErrorCode::InvalidRequest, "a subject's digest is not a text under the name of its algorithm");
  }
  const auto algorithm = hash_from_name(entry.first);
  if (!algorithm) return std::optional<Digest>();
  auto bytes = parse_hex(*text);
  auto digest = bytes ? Digest::make(*algorithm, *bytes) : Result<Digest>(fail(bytes.error()));
  if (!digest || digest->hex() != *text) {
    return fail(ErrorCode::InvalidRequest, "a subject's " + entry.first + " digest is not lower-case hexadecimal of " +
                                               std::to_string(digest_size(*algorithm)) + " bytes");
  }
  return std::optional<Digest>(std::move(*digest));
}

Result<std::vector<Digest>> parse_digest_set(const json::Value& value) {
  const json::Object* entries = value.as_object();
  if (entries == nullptr || entries->size() == 0) {
    return fail(ErrorCode::InvalidRequest, "a subject of the statement has no digest");
  }
  if (entries->size() > kMaxDigestsPerSubject) {
    return fail(ErrorCode::LimitExceeded,
                "a subject of the statement has more than " + std::to_string(kMaxDigestsPerSubject) + " digests");
  }
  std::vector<Digest> digests;
  for (const json::Object::Member& entry : entries->members()) {
    auto digest = parse_entry(entry);
    if (!digest) return fail(std::move(digest.error()));
    if (digest->has_value()) digests.push_back(std::move(**digest));
  }
  return digests;
}

// ResourceDescriptor (in-toto attestation framework v1): the members that we do not need are checked to be known.
Result<StatementSubject> parse_subject(const json::Value& value) {
  json::Fields fields(value, "statement.subject");
  StatementSubject subject;
  subject.name = fields.optional_text("name").value_or("");
  for (const std::string_view name : {"uri", "content", "downloadLocation", "mediaType"}) {
    static_cast<void>(fields.optional_text(name));
  }
  if (const json::Value* annotations = fields.optional_value("annotations");
      annotations != nullptr && annotations->as_object() == nullptr) {
    fields.refuse("annotations", "is not of kind object");
  }
  auto digests = parse_digest_set(fields.value("digest"));
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!digests) return fail(std::move(digests.error()));
  subject.digests = std::move(*digests);
  return subject;
}

Result<std::vector<StatementSubject>> parse_subjects(const json::Array& values) {
  if (values.empty()) return fail(ErrorCode::InvalidRequest, "the statement has no subject");
  if (values.size() > kMaxSubjects) {
    return fail(ErrorCode::LimitExceeded, "the statement has more than " + std::to_string(kMaxSubjects) + " subjects");
  }
  std::vector<StatementSubject> subjects;
  for (const json::Value& value : values) {
    auto subject = parse_subject(value);
    if (!subject) return fail(std::move(subject.error()));
    subjects.push_back(std::move(*subject));
  }
  return subjects;
}

}  // namespace

Result<Statement> parse_statement(ByteView payload) {
  const auto document = json::parse(text_of(payload));
  if (!document) return fail(document.error());
  json::Fields fields(*document, "statement");
  if (fields.text("_type") != kStatementType) fields.refuse("_type", "is not " + std::string(kStatementType));
  Statement statement;
  statement.predicate_type = fields.text("predicateType");
  if (statement.predicate_type.empty()) fields.refuse("predicateType", "is empty");
  if (const json::Value* predicate = fields.optional_value("predicate");
      predicate != nullptr && predicate->as_object() == nullptr) {
    fields.refuse("predicate", "is not of kind object");
  }
  const json::Array& subjects = fields.array("subject");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto parsed = parse_subjects(subjects);
  if (!parsed) return fail(std::move(parsed.error()));
  statement.subjects = std::move(*parsed);
  return statement;
}

Result<Statement> parse_statement_to_sign(ByteView payload) {
  auto statement = parse_statement(payload);
  if (!statement) return statement;
  if (!is_type_uri(statement->predicate_type)) {
    return fail(ErrorCode::InvalidRequest, "statement: \"predicateType\" is no URI",
                "name the kind of predicate by its URI, for example https://slsa.dev/provenance/v1");
  }
  if (statement->subjects.size() > kMaxSubjectsSigned) {
    return fail(ErrorCode::LimitExceeded,
                "the statement has " + std::to_string(statement->subjects.size()) + " subjects; the limit is " +
                    std::to_string(kMaxSubjectsSigned),
                "split it into several statements");
  }
  return statement;
}

std::string encode_statement(const Statement& statement, std::string_view predicate) {
  json::Array subjects;
  for (const StatementSubject& subject : statement.subjects) {
    json::Object digests;
    for (const Digest& digest : subject.digests) digests.set(std::string(hash_name(digest.algorithm())), digest.hex());
    subjects.emplace_back(json::Object{{"name", subject.name}, {"digest", std::move(digests)}});
  }
  std::string text = json::write(json::Object{
      {"_type", kStatementType}, {"subject", std::move(subjects)}, {"predicateType", statement.predicate_type}});
  text.pop_back();
  return text + ",\"predicate\":" + std::string(predicate) + "}";
}

const StatementSubject* find_subject(const Statement& statement, const std::vector<Digest>& digests) {
  for (const StatementSubject& subject : statement.subjects) {
    const auto held = [&](const Digest& digest) { return std::ranges::find(digests, digest) != digests.end(); };
    if (std::ranges::any_of(subject.digests, held)) return &subject;
  }
  return nullptr;
}

bool is_type_uri(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_scheme_part = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const auto is_uri_part = [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || !is_letter(text[0])) return false;
  return std::ranges::all_of(text.substr(0, colon), is_scheme_part) && std::ranges::all_of(text, is_uri_part);
}

}  // namespace signet::sigstore
