#include "tests/unit/sigstore_tuf/simulated_repository.h"

#include <algorithm>
#include <charconv>

#include "common/hex.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tuf/canonical_json.h"
#include "sigstore/tuf/file_name.h"

namespace signet::test {
namespace {

using sigstore::tuf::encode_canonical;

std::string sha256_hex(std::string_view text) { return encode_hex(sigstore::sha256(bytes_of(text))); }

json::Object role_object(const SimulatedRole& role) {
  json::Array key_ids;
  for (const int key : role.keys) key_ids.emplace_back(key_id(key));
  return {{"keyids", std::move(key_ids)}, {"threshold", role.threshold}};
}

void add_keys(const SimulatedRole& role, json::Object& keys) {
  for (const int key : role.keys) keys.set(key_id(key), key_object(numbered_key(key)));
}

json::Array array_of(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace

const SoftwareKey& numbered_key(int number) {
  static std::map<int, SoftwareKey> keys;
  const auto found = keys.find(number);
  if (found != keys.end()) return found->second;
  return keys.emplace(number, SoftwareKey::generate(sigstore::KeyKind::Ed25519)).first->second;
}

json::Object key_object(const SoftwareKey& key) {
  const sigstore::PublicKey public_key = key.public_key();
  return {{"keytype", "ed25519"},
          {"scheme", "ed25519"},
          {"keyval", json::Object{{"public", encode_hex(public_key.spki().last(32))}}}};
}

std::string key_id(int number) { return sha256_hex(encode_canonical(key_object(numbered_key(number))).value()); }

SimulatedRepository::SimulatedRepository()
    : root{.keys = {1}, .signers = {1}, .version = 0},
      timestamp{.keys = {2}, .signers = {2}},
      snapshot{.keys = {3}, .signers = {3}},
      targets{.keys = {4}, .signers = {4}} {
  publish_root();
}

void SimulatedRepository::publish_root() {
  root.version += 1;
  roots_.push_back(write("root", root_part()));
}

void SimulatedRepository::forget_roots() {
  roots_.clear();
  root.version = 0;
}

void SimulatedRepository::publish_snapshot() {
  snapshot.version += 1;
  timestamp.version += 1;
}

void SimulatedRepository::add_artifact(const std::string& role, const std::string& path, const std::string& content) {
  artifacts[role][path] = content;
}

SimulatedRole& SimulatedRepository::role_of(const std::string& role) {
  if (role == "root") return root;
  if (role == "timestamp") return timestamp;
  if (role == "snapshot") return snapshot;
  return role == "targets" ? targets : delegated[role];
}

std::string SimulatedRepository::metadata(const std::string& role) {
  if (role == "timestamp" || role == "snapshot") return write(role, meta_of(role));
  return write(role, targets_part(role));
}

std::string SimulatedRepository::write(const std::string& role, json::Object signed_part) {
  if (bend) bend(role, signed_part);
  const std::string canonical = encode_canonical(signed_part).value();
  json::Array signatures;
  for (const int signer : role_of(role).signers) {
    const Bytes signature = numbered_key(signer).sign(bytes_of(canonical));
    signatures.emplace_back(json::Object{{"keyid", key_id(signer)}, {"sig", encode_hex(signature)}});
  }
  if (bend_signatures) bend_signatures(role, signatures);
  return json::write_indented(json::Object{{"signatures", std::move(signatures)}, {"signed", std::move(signed_part)}});
}

json::Object SimulatedRepository::header(const std::string& role, const std::string& type) {
  const SimulatedRole& of = role_of(role);
  return {{"_type", type}, {"spec_version", "1.0.34"}, {"version", of.version}, {"expires", of.expires}};
}

json::Object SimulatedRepository::root_part() {
  json::Object part = header("root", "root");
  json::Object keys;
  json::Object roles;
  for (const std::string name : {"root", "timestamp", "snapshot", "targets"}) {
    add_keys(role_of(name), keys);
    roles.set(name, role_object(role_of(name)));
  }
  part.set("consistent_snapshot", consistent);
  part.set("keys", std::move(keys));
  part.set("roles", std::move(roles));
  return part;
}

json::Object SimulatedRepository::meta_of(const std::string& role) {
  std::vector<std::string> named = {"snapshot"};
  if (role == "snapshot") {
    named = {"targets"};
    for (const auto& each : delegated) named.push_back(each.first);
  }
  json::Object meta;
  for (const std::string& name : named) {
    if (unnamed.contains(name)) continue;
    const auto other = named_versions.find(name);
    json::Object file{{"version", other == named_versions.end() ? role_of(name).version : other->second}};
    if (names_hashes) {
      const std::string content = metadata(name);
      file.set("length", static_cast<std::int64_t>(content.size()));
      file.set("hashes", json::Object{{"sha256", sha256_hex(content)}});
    }
    meta.set(name + ".json", std::move(file));
  }
  json::Object part = header(role, role);
  part.set("meta", std::move(meta));
  return part;
}

json::Object SimulatedRepository::targets_part(const std::string& role) {
  json::Object files;
  for (const auto& [path, content] : artifacts[role]) {
    files.set(path, json::Object{{"length", static_cast<std::int64_t>(content.size())},
                                 {"hashes", json::Object{{"sha256", sha256_hex(content)}}}});
  }
  json::Object part = header(role, "targets");
  part.set("targets", std::move(files));
  json::Object below = delegations_of(role);
  if (below.size() != 0) part.set("delegations", std::move(below));
  return part;
}

json::Object SimulatedRepository::delegations_of(const std::string& role) {
  json::Object keys;
  json::Array roles;
  for (const SimulatedDelegation& delegation : delegations) {
    if (delegation.delegator != role) continue;
    const SimulatedRole& to = delegated[delegation.role];
    add_keys(to, keys);
    json::Object entry = role_object(to);
    entry.set("name", delegation.role);
    entry.set("terminating", delegation.terminating);
    if (delegation.hash_prefixes.empty()) {
      entry.set("paths", array_of(delegation.paths));
    } else {
      entry.set("path_hash_prefixes", array_of(delegation.hash_prefixes));
    }
    roles.emplace_back(std::move(entry));
  }
  if (roles.empty()) return {};
  return {{"keys", std::move(keys)}, {"roles", std::move(roles)}};
}

std::optional<std::string> SimulatedRepository::answer(const std::string& path) {
  if (missing.contains(path)) return std::nullopt;
  if (const auto other = served.find(path); other != served.end()) return other->second;
  if (path.starts_with("targets/")) return artifact_at(path.substr(8));
  std::string_view name = path;
  std::int64_t version = 0;
  if (consistent || name.ends_with(".root.json")) {
    const auto number = std::from_chars(name.data(), name.data() + name.size(), version);
    if (number.ptr != name.data()) name.remove_prefix(static_cast<std::size_t>(number.ptr - name.data()) + 1);
  }
  if (name == "root.json") {
    const auto index = static_cast<std::size_t>(version);
    return index >= 1 && index <= roots_.size() ? std::optional(roots_[index - 1]) : std::nullopt;
  }
  std::vector<std::string> known = {"timestamp", "snapshot", "targets"};
  for (const auto& each : delegated) known.push_back(each.first);
  for (const std::string& role : known) {
    if (name == sigstore::tuf::percent_encode(role) + ".json") return metadata(role);
  }
  return std::nullopt;
}

std::optional<std::string> SimulatedRepository::artifact_at(const std::string& path) const {
  for (const auto& [role, files] : artifacts) {
    for (const auto& [name, content] : files) {
      const std::string at =
          consistent ? sigstore::tuf::hashed_path(name, sha256_hex(content)) : sigstore::tuf::percent_encode_path(name);
      if (at == path) return content;
    }
  }
  return std::nullopt;
}

sigstore::tuf::Fetch SimulatedRepository::fetch() {
  return [this](const std::string& url, std::size_t limit) -> Result<std::optional<std::string>> {
    const std::string path = url.substr(kUrl.size() + 1);
    requests.push_back(path);
    auto content = answer(path);
    if (content && content->size() > limit) return fail(ErrorCode::LimitExceeded, path + " is too long");
    return content;
  };
}

sigstore::tuf::Repository SimulatedRepository::urls() {
  return {.metadata_url = std::string(kUrl), .targets_url = std::string(kUrl) + "/targets"};
}

Result<std::optional<std::string>> MemoryStore::read(const std::string& name, std::size_t limit) const {
  const auto found = files.find(name);
  if (found == files.end()) return std::nullopt;
  if (found->second.size() > limit) return fail(ErrorCode::LimitExceeded, name + " is too long");
  return found->second;
}

Result<void> MemoryStore::write(const std::string& name, std::string_view content) {
  if (writes_left-- <= 0) return fail(ErrorCode::InvalidRequest, "the disk is full");
  files[name] = content;
  written.push_back(name);
  return {};
}

SimulatedClient::SimulatedClient(SimulatedRepository& of)
    : repository(&of), anchor(of.published_root(static_cast<std::size_t>(of.root.version))) {}

Result<void> SimulatedClient::refresh() {
  auto updater = sigstore::tuf::Updater::begin(anchor, SimulatedRepository::urls(), repository->fetch(), metadata,
                                               parse_rfc3339(now).value(),
                                               [this](const std::string& sentence) { notes.push_back(sentence); });
  return updater ? updater->refresh() : Result<void>(fail(updater.error()));
}

Result<std::string> SimulatedClient::download(std::string_view path) {
  auto updater = sigstore::tuf::Updater::begin(anchor, SimulatedRepository::urls(), repository->fetch(), metadata,
                                               parse_rfc3339(now).value());
  if (!updater) return fail(updater.error());
  if (auto done = updater->refresh(); !done) return fail(done.error());
  return updater->download(path, targets, 1'000'000);
}

std::int64_t SimulatedClient::version(const std::string& role) const {
  const auto found = metadata.files.find(sigstore::tuf::percent_encode(role) + ".json");
  if (found == metadata.files.end()) return 0;
  return *json::parse(found->second)->as_object()->find("signed")->as_object()->find("version")->as_integer();
}

}  // namespace signet::test
