// The messages of org.signet.Agent.Sign.
#include <array>
#include <utility>

#include "common/base64.h"
#include "json/fields.h"
#include "protocol/agent_messages.h"
#include "protocol/limits.h"
#include "protocol/names.h"
#include "protocol/varlink.h"

namespace signet::protocol {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::array<std::string_view, 3> kOutputs = {"bundle", "cms", "raw"};
constexpr std::array<std::string_view, 3> kLogPolicies = {"require", "queue", "none"};
constexpr std::array<std::string_view, 3> kContentKinds = {"digest", "statement", "git"};
constexpr std::array<std::string_view, 7> kProgressKinds = {"certificate", "signing", "touch_needed", "pin_needed",
                                                            "timestamp",   "log",     "logged"};

bool fits(const Content& content, Output output) {
  if (std::holds_alternative<DigestContent>(content.object)) return output != Output::Cms;
  if (std::holds_alternative<StatementContent>(content.object)) return output == Output::Bundle;
  return output == Output::Cms;
}

Result<Content> content_of_one_kind(Fields& fields) {
  if (fields.has("digest")) {
    const std::string text = fields.text("digest");
    if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
    auto digest = parse_digest(text);
    if (!digest) return fail(std::move(digest.error()));
    if (digest->algorithm() == HashAlgorithm::Sha512)
      fields.refuse("digest", "is neither a sha256 nor a sha384 digest");
    return Content{.object = DigestContent{std::move(*digest)}};
  }
  if (fields.has("statement")) return Content{.object = StatementContent{fields.bytes("statement")}};
  Bytes object = fields.bytes("git");
  if (object.size() > kMaxGitObject) {
    return fail(ErrorCode::LimitExceeded, "the git object has " + std::to_string(object.size()) +
                                              " bytes; the limit is " + std::to_string(kMaxGitObject));
  }
  return Content{.object = GitContent{std::move(object)}};
}

Result<Content> parse_content(const json::Value& value, const std::string& where) {
  Fields fields(value, where);
  int kinds = 0;
  for (const std::string_view kind : kContentKinds) kinds += fields.has(kind) ? 1 : 0;
  auto name = fields.optional_text("name");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (kinds != 1)
    return fail(ErrorCode::InvalidRequest, where + ": exactly one of digest, statement and git must be set");
  if (name && name->size() > kMaxItemName) {
    return fail(ErrorCode::LimitExceeded,
                where + ": the name is longer than " + std::to_string(kMaxItemName) + " bytes");
  }
  auto content = content_of_one_kind(fields);
  if (!content) return fail(std::move(content.error()).during("reading " + where));
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  content->name = std::move(name);
  return content;
}

Result<std::vector<Content>> parse_items(const json::Array& array) {
  if (array.empty()) return fail(ErrorCode::InvalidRequest, "Sign: items is empty", "name at least one thing to sign");
  if (array.size() > kMaxItems) {
    return fail(ErrorCode::LimitExceeded,
                "Sign: " + std::to_string(array.size()) + " items; the limit is " + std::to_string(kMaxItems),
                "split the batch");
  }
  std::vector<Content> items;
  items.reserve(array.size());
  for (const json::Value& value : array) {
    auto content = parse_content(value, "items[" + std::to_string(items.size()) + "]");
    if (!content) return fail(std::move(content.error()));
    items.push_back(std::move(*content));
  }
  return items;
}

Result<void> check_output(const SignRequest& request) {
  for (const Content& item : request.items) {
    if (fits(item, request.output)) continue;
    return fail(ErrorCode::InvalidRequest,
                std::string(content_kind(item)) + " cannot be answered as " + std::string(output_name(request.output)),
                "git is answered as cms, statement as bundle, digest as bundle or raw");
  }
  return {};
}

json::Value encode_content(const Content& content) {
  json::Object object;
  if (const auto* digest = std::get_if<DigestContent>(&content.object)) {
    object.set("digest", encode_digest(digest->digest));
  } else if (const auto* statement = std::get_if<StatementContent>(&content.object)) {
    object.set("statement", encode_base64(statement->statement));
  } else {
    object.set("git", encode_base64(std::get<GitContent>(content.object).object));
  }
  if (content.name) object.set("name", *content.name);
  return object;
}

json::Value encode_result(const ItemResult& result) {
  json::Object object{{"index", result.index}};
  const auto set = [&object](std::string_view name, const auto& member) {
    if (member) object.set(std::string(name), *member);
  };
  set("bundle", result.bundle);
  set("cms", result.cms);
  if (result.raw) object.set("raw", encode_base64(*result.raw));
  if (result.failure) object.set("failure", encode_error(*result.failure));
  set("identity", result.identity);
  set("san", result.san);
  set("issuer", result.issuer);
  set("key", result.key);
  set("algorithm", result.algorithm);
  set("token", result.token);
  set("log", result.log);
  set("log_index", result.log_index);
  set("note", result.note);
  return object;
}

// A kind that this client does not know comes from a newer agent, and progress may be passed over.
Result<std::optional<Progress>> parse_progress(const json::Value& value) {
  Fields fields(value, "progress", UnknownFields::Tolerate);
  const auto kind = find_name<ProgressKind>(kProgressKinds, fields.text("kind"));
  Progress progress{
      .kind = kind.value_or(ProgressKind::Signing), .index = fields.integer("index"), .text = fields.text("text")};
  progress.place = fields.optional_integer("place");
  progress.token = fields.optional_text("token");
  progress.tries = fields.optional_integer("tries");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!kind) return std::nullopt;
  return progress;
}

Result<Error> parse_failure(const json::Value& value) {
  Fields fields(value, "failure", UnknownFields::Tolerate);
  const std::string name = fields.text("error");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return error_from_fields(name, value);
}

Result<ItemResult> parse_result(const json::Value& value) {
  Fields fields(value, "result", UnknownFields::Tolerate);
  ItemResult result;
  result.index = fields.integer("index");
  result.bundle = fields.optional_text("bundle");
  result.cms = fields.optional_text("cms");
  result.raw = fields.optional_bytes("raw");
  if (const json::Value* failure = fields.optional_value("failure")) {
    auto parsed = parse_failure(*failure);
    if (!parsed) return fail(std::move(parsed.error()));
    result.failure = std::move(*parsed);
  }
  result.identity = fields.optional_text("identity");
  result.san = fields.optional_text("san");
  result.issuer = fields.optional_text("issuer");
  result.key = fields.optional_text("key");
  result.algorithm = fields.optional_text("algorithm");
  result.token = fields.optional_text("token");
  result.log = fields.optional_text("log");
  result.log_index = fields.optional_integer("log_index");
  result.note = fields.optional_text("note");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  const int forms = int{result.bundle.has_value()} + int{result.cms.has_value()} + int{result.raw.has_value()} +
                    int{result.failure.has_value()};
  if (forms == 1) return result;
  return fail(ErrorCode::InvalidRequest, "result: exactly one of bundle, cms, raw and failure must be set");
}

}  // namespace

std::string_view output_name(Output output) { return kOutputs.at(static_cast<std::size_t>(output)); }
std::string_view log_policy_name(LogPolicy policy) { return kLogPolicies.at(static_cast<std::size_t>(policy)); }
std::optional<LogPolicy> log_policy_from_name(std::string_view name) {
  return find_name<LogPolicy>(kLogPolicies, name);
}
std::string_view content_kind(const Content& content) { return kContentKinds.at(content.object.index()); }
std::string_view progress_name(ProgressKind kind) { return kProgressKinds.at(static_cast<std::size_t>(kind)); }

json::Value SignRequest::encode() const {
  json::Object object;
  if (identity) object.set("identity", *identity);
  json::Array array;
  for (const Content& item : items) array.push_back(encode_content(item));
  object.set("items", std::move(array));
  object.set("output", output_name(output));
  if (deadline) object.set("deadline_ms", static_cast<std::int64_t>(deadline->count()));
  if (continue_on_error) object.set("continue_on_error", true);
  if (log) object.set("log", log_policy_name(*log));
  return object;
}

Result<SignRequest> parse_sign_request(const json::Value& parameters) {
  Fields fields(parameters, "Sign");
  SignRequest request;
  request.identity = fields.optional_text("identity");
  const json::Array& items = fields.array("items");
  request.output = take_name<Output>(fields, "output", kOutputs);
  if (fields.has("deadline_ms")) request.deadline = take_deadline(fields, "deadline_ms", kMaxDeadline);
  request.continue_on_error = fields.optional_boolean("continue_on_error").value_or(false);
  if (fields.has("log")) request.log = take_name<LogPolicy>(fields, "log", kLogPolicies);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto parsed = parse_items(items);
  if (!parsed) return fail(std::move(parsed.error()));
  request.items = std::move(*parsed);
  if (auto fit = check_output(request); !fit) return fail(std::move(fit.error()));
  return request;
}

json::Value SignReply::encode() const {
  json::Object object;
  if (progress) {
    json::Object news{{"kind", progress_name(progress->kind)}, {"index", progress->index}, {"text", progress->text}};
    if (progress->place) news.set("place", *progress->place);
    if (progress->token) news.set("token", *progress->token);
    if (progress->tries) news.set("tries", *progress->tries);
    object.set("progress", std::move(news));
  }
  if (result) object.set("result", encode_result(*result));
  return object;
}

Result<SignReply> parse_sign_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Sign", UnknownFields::Tolerate);
  const json::Value* progress = fields.optional_value("progress");
  const json::Value* result = fields.optional_value("result");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  SignReply reply;
  if (progress != nullptr) {
    auto parsed = parse_progress(*progress);
    if (!parsed) return fail(std::move(parsed.error()));
    reply.progress = std::move(*parsed);
  }
  if (result != nullptr) {
    auto parsed = parse_result(*result);
    if (!parsed) return fail(std::move(parsed.error()));
    reply.result = std::move(*parsed);
  }
  return reply;
}

}  // namespace signet::protocol
