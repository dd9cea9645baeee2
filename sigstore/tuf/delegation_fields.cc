#include "sigstore/tuf/delegation_fields.h"

#include <set>
#include <string>
#include <utility>

#include "sigstore/tuf/file_fields.h"

namespace signet::sigstore::tuf {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::int64_t kMaxBitLength = 32;

// It would be stored, and believed, in the place of that role's own file.
bool is_top_level(std::string_view name) {
  return name == role_name(Role::Root) || name == role_name(Role::Timestamp) || name == role_name(Role::Snapshot) ||
         name == role_name(Role::Targets);
}

Delegation read_delegation(Fields& fields) {
  Delegation delegation;
  delegation.role = fields.text("name");
  if (delegation.role.empty()) fields.refuse("name", "is empty");
  if (is_top_level(delegation.role)) fields.refuse("name", "is that of a role of the root");
  delegation.keys = read_role_keys(fields);
  delegation.terminating = fields.boolean("terminating");
  if (fields.has("paths") && fields.has("path_hash_prefixes")) {
    fields.refuse("paths", "and path_hash_prefixes stand together");
  }
  delegation.paths = fields.optional_texts("paths");
  delegation.hash_prefixes = fields.optional_texts("path_hash_prefixes");
  return delegation;
}

SuccinctRoles read_bins(Fields& fields) {
  SuccinctRoles bins;
  bins.keys = read_role_keys(fields);
  bins.bit_length = fields.integer("bit_length");
  if (bins.bit_length < 1 || bins.bit_length > kMaxBitLength) fields.refuse("bit_length", "is not 1 to 32");
  bins.name_prefix = fields.text("name_prefix");
  return bins;
}

}  // namespace

Keys read_keys(Fields& fields) {
  Keys keys;
  const json::Object* object = fields.value("keys").as_object();
  if (object == nullptr) {
    fields.refuse("keys", "is not an object");
    return keys;
  }
  if (object->size() > kMaxKeys) {
    fields.refuse("keys", "holds more than " + std::to_string(kMaxKeys) + " keys");
    return keys;
  }
  for (const auto& [key_id, value] : object->members()) {
    auto key = Key::parse(value, fields.where() + ".keys");
    if (key) {
      keys.emplace(key_id, std::move(*key));
    } else {
      fields.adopt(std::move(key.error()));
    }
  }
  return keys;
}

RoleKeys read_role_keys(Fields& fields) {
  RoleKeys keys;
  keys.key_ids = fields.texts("keyids");
  if (keys.key_ids.size() > kMaxRoleKeys) {
    fields.refuse("keyids", "holds more than " + std::to_string(kMaxRoleKeys) + " key ids");
  }
  keys.threshold = read_positive(fields, "threshold");
  return keys;
}

void read_delegations(Fields& fields, Targets& targets) {
  const json::Value* value = fields.optional_value("delegations");
  if (value == nullptr) return;
  Fields delegations(*value, "targets.delegations", UnknownFields::Tolerate);
  targets.delegated_keys = read_keys(delegations);
  std::set<std::string> names;
  for (const json::Value& item : delegations.optional_array("roles")) {
    Fields entry(item, "targets.delegations.roles", UnknownFields::Tolerate);
    Delegation delegation = read_delegation(entry);
    if (auto done = entry.finish(); !done) delegations.adopt(std::move(done.error()));
    if (!names.insert(delegation.role).second) delegations.refuse("roles", "names a role twice");
    targets.delegations.push_back(std::move(delegation));
  }
  if (const json::Value* bins = delegations.optional_value("succinct_roles"); bins != nullptr) {
    Fields entry(*bins, "targets.delegations.succinct_roles", UnknownFields::Tolerate);
    targets.bins = read_bins(entry);
    if (auto done = entry.finish(); !done) delegations.adopt(std::move(done.error()));
    if (delegations.has("roles")) delegations.refuse("succinct_roles", "and roles stand together");
  }
  if (auto done = delegations.finish(); !done) fields.adopt(std::move(done.error()));
}

}  // namespace signet::sigstore::tuf
