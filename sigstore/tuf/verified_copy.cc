#include "sigstore/tuf/verified_copy.h"

#include <utility>

#include "common/base64.h"
#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/tuf/trusted_set.h"

namespace signet::sigstore::tuf {
namespace {

constexpr std::string_view kSchema = "signet.trust-copy/1";
constexpr std::string_view kRemedy = "signet trust update";

json::Value as_base64(std::string_view text) { return encode_base64(bytes_of(text)); }

std::string text_in(const Bytes& bytes) { return std::string(text_of(bytes)); }

void read_roots(json::Fields& fields, CopyParts& parts) {
  for (const std::string& root : fields.texts("roots")) {
    const auto bytes = parse_base64(root);
    if (!bytes) return fields.refuse("roots", "is not base64");
    parts.roots.push_back(text_in(*bytes));
  }
}

void read_files(json::Fields& fields, CopyParts& parts) {
  const json::Object* object = fields.value("files").as_object();
  if (object == nullptr) return fields.refuse("files", "is not an object");
  for (const auto& [path, value] : object->members()) {
    const std::string* text = value.as_string();
    const auto bytes =
        text == nullptr ? Result<Bytes>(fail(ErrorCode::InvalidRequest, "no text")) : parse_base64(*text);
    if (!bytes) return fields.refuse("files", "is not base64");
    parts.files.emplace(path, text_in(*bytes));
  }
}

Result<CopyParts> parse_copy(std::string_view json) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = kMaxVerifiedCopy});
  if (!document) return fail(document.error());
  json::Fields fields(*document, "copy");
  CopyParts parts;
  if (fields.text("schema") != kSchema) fields.refuse("schema", "is not " + std::string(kSchema));
  parts.url = fields.text("url");
  const auto refreshed = parse_rfc3339(fields.text("refreshed"));
  if (!refreshed) fields.refuse("refreshed", "is not an RFC 3339 time");
  parts.refreshed = refreshed.value_or(WallTime{});
  read_roots(fields, parts);
  parts.timestamp = text_in(fields.bytes("timestamp"));
  parts.snapshot = text_in(fields.bytes("snapshot"));
  parts.targets = text_in(fields.bytes("targets"));
  read_files(fields, parts);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return parts;
}

// The client workflow once more, with nothing but what is here.
Result<TrustedSet> verify_chain(const CopyParts& parts, std::string_view anchor) {
  auto trusted = TrustedSet::begin(anchor, std::nullopt);
  if (!trusted) return trusted;
  for (const std::string& root : parts.roots) {
    if (auto done = trusted->add_root(root); !done) return fail(std::move(done.error()));
  }
  if (auto done = trusted->end_roots(); !done) return fail(std::move(done.error()));
  if (auto done = trusted->add_timestamp(parts.timestamp); !done) return fail(std::move(done.error()));
  if (auto done = trusted->add_snapshot(parts.snapshot, Origin::Received); !done) return fail(std::move(done.error()));
  if (auto done = trusted->add_targets(parts.targets); !done) return fail(std::move(done.error()));
  return trusted;
}

Result<void> verify_files(const CopyParts& parts, const Targets& targets) {
  for (const auto& [path, content] : parts.files) {
    const std::string what = "target " + display_text(path);
    const auto named = targets.targets.find(path);
    if (named == targets.targets.end())
      return fail(ErrorCode::NotVerified, what + " is not among those that were signed");
    if (auto done = named->second.check(content, what); !done) return done;
  }
  return {};
}

Result<VerifiedCopy> open_parts(CopyParts parts, std::string_view anchor, std::string_view url) {
  if (parts.url != url) {
    return fail(ErrorCode::NotVerified, "the stored copy is of another repository: " + display_text(parts.url));
  }
  const auto trusted = verify_chain(parts, anchor);
  if (!trusted) return fail(trusted.error());
  const Targets& targets = *trusted->targets("targets");
  if (auto done = verify_files(parts, targets); !done) return fail(std::move(done.error()));
  return VerifiedCopy{.refreshed = parts.refreshed,
                      .root = trusted->root().header,
                      .timestamp = trusted->timestamp()->header,
                      .snapshot = trusted->snapshot()->header,
                      .targets = targets.header,
                      .roots = std::move(parts.roots),
                      .files = std::move(parts.files)};
}

}  // namespace

std::string encode_copy(const CopyParts& parts) {
  json::Array roots;
  for (const std::string& root : parts.roots) roots.push_back(as_base64(root));
  json::Object files;
  for (const auto& [path, content] : parts.files) files.set(path, as_base64(content));
  return json::write(json::Object{{"schema", kSchema},
                                  {"url", parts.url},
                                  {"refreshed", encode_rfc3339(parts.refreshed)},
                                  {"roots", std::move(roots)},
                                  {"timestamp", as_base64(parts.timestamp)},
                                  {"snapshot", as_base64(parts.snapshot)},
                                  {"targets", as_base64(parts.targets)},
                                  {"files", std::move(files)}});
}

Result<VerifiedCopy> open_copy(std::string_view json, std::string_view anchor, std::string_view url) {
  auto parts = parse_copy(json);
  if (!parts && parts.error().code == ErrorCode::InvalidRequest) parts.error().code = ErrorCode::NotVerified;
  auto copy = parts ? open_parts(std::move(*parts), anchor, url) : Result<VerifiedCopy>(fail(parts.error()));
  if (copy) return copy;
  if (copy.error().remedy.empty()) copy.error().remedy = kRemedy;
  return fail(std::move(copy.error()).during("verifying the stored copy of " + display_text(url)));
}

}  // namespace signet::sigstore::tuf
