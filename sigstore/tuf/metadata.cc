#include "sigstore/tuf/metadata.h"

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tuf/canonical_json.h"
#include "sigstore/tuf/delegation_fields.h"
#include "sigstore/tuf/file_fields.h"
#include "sigstore/tuf/path_pattern.h"

namespace signet::sigstore::tuf {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::array<std::string_view, kRoleCount> kRoleNames = {"root", "timestamp", "snapshot", "targets"};

// "1.0.34", and "1.0" as Sigstore writes it. Another major version may mean anything.
bool is_version_1(std::string_view text) {
  const auto dots = std::ranges::count(text, '.');
  return text.starts_with("1.") && dots <= 2 && !text.ends_with('.') && text.find("..") == std::string_view::npos &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

Header read_header(Fields& fields, Role role) {
  Header header;
  if (fields.text("_type") != role_name(role))
    fields.refuse("_type", "is not \"" + std::string(role_name(role)) + "\"");
  if (!is_version_1(fields.text("spec_version"))) fields.refuse("spec_version", "is not one of version 1");
  header.version = read_positive(fields, "version");
  const auto expires = parse_rfc3339(fields.text("expires"));
  if (!expires) fields.refuse("expires", "is not an RFC 3339 time");
  header.expires = expires.value_or(WallTime{});
  return header;
}

// A repeated key id may be a trick on whoever counts.
Result<SignedText> read_signatures(const json::Value& document, const std::string& where) {
  Fields fields(document, where, UnknownFields::Tolerate);
  SignedText text;
  for (const json::Value& item : fields.array("signatures")) {
    Fields entry(item, where + ".signatures", UnknownFields::Tolerate);
    Signature signature{.key_id = entry.text("keyid"), .hex = entry.text("sig")};
    if (auto done = entry.finish(); !done) return fail(std::move(done.error()));
    const std::string key_id = signature.key_id;
    if (!text.signatures.emplace(key_id, std::move(signature)).second) {
      fields.refuse("signatures", "holds two signatures of one key id");
    }
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return text;
}

// One kind of file: its envelope here, its own members by `read`.
template <typename Content, typename Read>
Result<Unverified<Content>> parse_file(std::string_view json, std::size_t limit, Role role, Read read) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = limit});
  if (!document) return fail(document.error());
  const std::string where(role_name(role));
  auto text = read_signatures(*document, where);
  if (!text) return fail(std::move(text.error()));
  Fields outer(*document, where, UnknownFields::Tolerate);
  const json::Value& signed_value = outer.value("signed");
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  auto canonical = encode_canonical(signed_value);
  if (!canonical) return fail(std::move(canonical.error()).during("reading " + where));
  text->canonical = std::move(*canonical);
  Fields fields(signed_value, where, UnknownFields::Tolerate);
  Content content;
  content.header = read_header(fields, role);
  read(fields, content);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return Unverified<Content>{.content = std::move(content), .text = std::move(*text)};
}

void read_root(Fields& fields, Root& root) {
  root.consistent_snapshot = fields.optional_boolean("consistent_snapshot").value_or(false);
  root.keys = read_keys(fields);
  Fields roles(fields.value("roles"), "root.roles", UnknownFields::Tolerate);
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    const std::string name(kRoleNames.at(i));
    Fields role(roles.value(name), "root.roles." + name, UnknownFields::Tolerate);
    root.roles.at(i) = read_role_keys(role);
    if (auto done = role.finish(); !done) roles.adopt(std::move(done.error()));
  }
  if (auto done = roles.finish(); !done) fields.adopt(std::move(done.error()));
}

void read_timestamp(Fields& fields, Timestamp& timestamp) {
  auto meta = read_meta(fields);
  const auto snapshot = meta.find("snapshot");
  if (snapshot == meta.end() || meta.size() != 1) return fields.refuse("meta", "is not about snapshot.json alone");
  timestamp.snapshot = std::move(snapshot->second);
}

void read_snapshot(Fields& fields, Snapshot& snapshot) {
  snapshot.meta = read_meta(fields);
  if (!snapshot.meta.contains("targets")) fields.refuse("meta", "does not name targets.json");
}

void read_targets(Fields& fields, Targets& targets) {
  targets.targets = read_target_files(fields);
  read_delegations(fields, targets);
}

}  // namespace

std::string_view role_name(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }

Result<void> Hashes::check(std::string_view content, std::string_view what) const {
  if (known.empty()) {
    return fail(ErrorCode::NotVerified, std::string(what) + " has hashes of kinds that are unknown here alone");
  }
  for (const Digest& digest : known) {
    if (hash(digest.algorithm(), bytes_of(content)) == digest) continue;
    return fail(ErrorCode::NotVerified, std::string(what) + " is not the file that was signed: its " +
                                            std::string(hash_name(digest.algorithm())) + " is another");
  }
  return {};
}

Result<void> MetaFile::check(std::string_view content, std::string_view what) const {
  if (length && std::cmp_not_equal(content.size(), *length)) {
    return fail(ErrorCode::NotVerified, std::string(what) + " is not " + std::to_string(*length) + " bytes long");
  }
  return hashes ? hashes->check(content, what) : Result<void>();
}

Result<void> TargetFile::check(std::string_view content, std::string_view what) const {
  if (std::cmp_not_equal(content.size(), length)) {
    return fail(ErrorCode::NotVerified, std::string(what) + " is not " + std::to_string(length) + " bytes long");
  }
  return hashes.check(content, what);
}

bool Delegation::covers(std::string_view path) const {
  const std::string hashed = encode_hex(sha256(bytes_of(path)));
  return std::ranges::any_of(paths, [&](const std::string& pattern) { return matches(pattern, path); }) ||
         std::ranges::any_of(hash_prefixes, [&](const std::string& prefix) { return hashed.starts_with(prefix); });
}

Delegation SuccinctRoles::bin_of(std::string_view path) const {
  const Sha256Hash hashed = sha256(bytes_of(path));
  std::uint64_t bin = 0;
  for (std::size_t i = 0; i < 4; ++i) bin = bin << 8U | hashed.at(i);
  bin >>= 32U - static_cast<unsigned>(bit_length);
  // As many digits as the last bin's number has.
  const auto digits = static_cast<std::size_t>((bit_length + 3) / 4);
  std::string number;
  for (std::size_t i = digits; i-- > 0;) number += "0123456789abcdef"[bin >> (4 * i) & 15U];
  return {.role = name_prefix + "-" + number, .keys = keys};
}

std::vector<Delegation> Targets::delegations_for(std::string_view path) const {
  if (bins) return {bins->bin_of(path)};
  std::vector<Delegation> all;
  std::ranges::copy_if(delegations, std::back_inserter(all), [&](const Delegation& each) { return each.covers(path); });
  return all;
}

Result<Unverified<Root>> parse_root(std::string_view json) {
  return parse_file<Root>(json, kMaxRoot, Role::Root, read_root);
}

Result<Unverified<Timestamp>> parse_timestamp(std::string_view json) {
  return parse_file<Timestamp>(json, kMaxTimestamp, Role::Timestamp, read_timestamp);
}

Result<Unverified<Snapshot>> parse_snapshot(std::string_view json) {
  return parse_file<Snapshot>(json, kMaxSnapshot, Role::Snapshot, read_snapshot);
}

Result<Unverified<Targets>> parse_targets(std::string_view json) {
  return parse_file<Targets>(json, kMaxTargets, Role::Targets, read_targets);
}

}  // namespace signet::sigstore::tuf
