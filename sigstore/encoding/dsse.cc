#include "sigstore/encoding/dsse.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"

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

Bytes encode_pae(std::string_view payload_type, ByteView payload) {
  Bytes pae = to_bytes("DSSEv1 " + std::to_string(payload_type.size()) + " " + std::string(payload_type) + " " +
                       std::to_string(payload.size()) + " ");
  append(pae, payload);
  return pae;
}

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

bool statement_names(const Statement& statement, const Digest& digest) {
  return std::ranges::any_of(statement.subjects, [&](const StatementSubject& subject) {
    return std::ranges::find(subject.digests, digest) != subject.digests.end();
  });
}

}  // namespace signet::sigstore
