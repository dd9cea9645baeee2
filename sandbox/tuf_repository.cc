#include "sandbox/tuf_repository.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "common/file.h"
#include "common/hex.h"
#include "json/writer.h"
#include "sandbox/service_api.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tuf/canonical_json.h"
#include "sigstore/tuf/metadata.h"

namespace signet::sandbox {
namespace {

namespace fs = std::filesystem;
namespace tuf = sigstore::tuf;

constexpr auto kLifetime = std::chrono::days(3650);
constexpr auto kTimestampLifetime = std::chrono::days(30);
constexpr unsigned kPublic = 0644;
constexpr std::size_t kMaxFile = std::size_t{1} * 1024 * 1024;

std::string sha256_hex(std::string_view text) { return encode_hex(sigstore::sha256(bytes_of(text))); }

// What is signed here has no number that canonical JSON could not write.
std::string canonical(const json::Value& value) { return tuf::encode_canonical(value).value_or(std::string()); }

json::Object key_object(const SoftwareKey& key) {
  return {{"keytype", "ecdsa"},
          {"scheme", "ecdsa-sha2-nistp256"},
          {"keyval", json::Object{{"public", key.public_key().pem()}}}};
}

std::string key_id(const SoftwareKey& key) { return sha256_hex(canonical(key_object(key))); }

json::Object header(tuf::Role role, std::int64_t version, WallTime expires) {
  return {{"_type", tuf::role_name(role)},
          {"spec_version", "1.0.34"},
          {"version", version},
          {"expires", encode_rfc3339(wall_time_from_unix(unix_seconds(expires)))}};
}

std::string sign(const SoftwareKey& key, json::Object part) {
  const Bytes signature = key.sign_message(bytes_of(canonical(part)));
  json::Array signatures = {json::Object{{"keyid", key_id(key)}, {"sig", encode_hex(signature)}}};
  return json::write_indented(json::Object{{"signatures", std::move(signatures)}, {"signed", std::move(part)}});
}

std::string target_path(const std::string& hash, const std::string& name) {
  std::string path = "targets/";
  return path.append(hash).append(".").append(name);
}

json::Object meta_of(std::string_view name, std::int64_t version) {
  return {{std::string(name), json::Object{{"version", version}}}};
}

// The repository as it lies there, and what becomes of it.
class Publication {
 public:
  Publication(const fs::path& folder, const TufContent& content, WallTime now)
      : folder_(folder), content_(content), now_(now) {}

  // Targets first and timestamp last: whoever looks in between finds the old state whole (§6).
  Result<void> run() {
    if (auto read = read_present(); !read) return read;
    if (auto done = publish_root(); !done) return done;
    if (auto done = publish_targets(); !done) return done;
    return publish_timestamp();
  }

 private:
  [[nodiscard]] WallTime end() const { return content_.created + kLifetime; }

  [[nodiscard]] Result<void> write(const std::string& name, const std::string& text) const {
    return write_file_atomic(folder_ / name, text, kPublic);
  }

  [[nodiscard]] bool has(const std::string& name) const {
    std::error_code ignored;
    return fs::exists(folder_ / name, ignored);
  }

  template <typename File>
  Result<File> read(const std::string& name, Result<tuf::Unverified<File>> (*parse)(std::string_view)) const {
    const auto text = read_file(folder_ / name, kMaxFile);
    if (!text) return fail(text.error());
    auto file = parse(*text);
    if (file) return std::move(file->content);
    file.error().remedy = "remove " + folder_.string() + " to begin with a new repository";
    return fail(std::move(file.error()).during("reading " + (folder_ / name).string()));
  }

  Result<void> read_present() {
    if (!has("timestamp.json")) return {};
    auto timestamp = read("timestamp.json", tuf::parse_timestamp);
    if (!timestamp) return fail(std::move(timestamp.error()));
    auto snapshot = read(std::to_string(timestamp->snapshot.version) + ".snapshot.json", tuf::parse_snapshot);
    if (!snapshot) return fail(std::move(snapshot.error()));
    const std::int64_t version = snapshot->meta.find("targets")->second.version;
    auto targets = read(std::to_string(version) + ".targets.json", tuf::parse_targets);
    if (!targets) return fail(std::move(targets.error()));
    timestamp_ = timestamp->header;
    snapshot_ = timestamp->snapshot.version;
    targets_ = std::move(*targets);
    return {};
  }

  [[nodiscard]] Result<void> publish_root() const {
    if (has("1.root.json")) return {};
    const json::Object role{{"keyids", json::Array{key_id(content_.key)}}, {"threshold", 1}};
    json::Object roles;
    for (const tuf::Role each : {tuf::Role::Root, tuf::Role::Timestamp, tuf::Role::Snapshot, tuf::Role::Targets}) {
      roles.set(std::string(tuf::role_name(each)), role);
    }
    json::Object part = header(tuf::Role::Root, 1, end());
    part.set("consistent_snapshot", true);
    part.set("keys", json::Object{{key_id(content_.key), key_object(content_.key)}});
    part.set("roles", std::move(roles));
    return write("1.root.json", sign(content_.key, std::move(part)));
  }

  [[nodiscard]] bool is_present() const {
    if (!targets_ || targets_->targets.size() != content_.targets.size()) return false;
    for (const auto& [name, text] : content_.targets) {
      const auto file = targets_->targets.find(name);
      if (file == targets_->targets.end() || !file->second.check(text, name)) return false;
    }
    return true;
  }

  Result<void> publish_targets() {
    if (is_present()) return {};
    json::Object files;
    for (const auto& [name, text] : content_.targets) {
      const std::string hash = sha256_hex(text);
      if (auto done = write(target_path(hash, name), text); !done) return done;
      files.set(name, json::Object{{"length", static_cast<std::int64_t>(text.size())},
                                   {"hashes", json::Object{{"sha256", hash}}}});
    }
    const std::int64_t version = targets_ ? targets_->header.version + 1 : 1;
    json::Object targets = header(tuf::Role::Targets, version, end());
    targets.set("targets", std::move(files));
    const std::string name = std::to_string(version) + ".targets.json";
    if (auto done = write(name, sign(content_.key, std::move(targets))); !done) return done;
    ++snapshot_;
    json::Object snapshot = header(tuf::Role::Snapshot, snapshot_, end());
    snapshot.set("meta", meta_of("targets.json", version));
    timestamp_is_old_ = true;
    return write(std::to_string(snapshot_) + ".snapshot.json", sign(content_.key, std::move(snapshot)));
  }

  Result<void> publish_timestamp() {
    if (!timestamp_is_old_ && timestamp_.expires - now_ > kTimestampLifetime / 2) return {};
    json::Object timestamp = header(tuf::Role::Timestamp, timestamp_.version + 1, now_ + kTimestampLifetime);
    timestamp.set("meta", meta_of("snapshot.json", snapshot_));
    return write("timestamp.json", sign(content_.key, std::move(timestamp)));
  }

  const fs::path& folder_;
  const TufContent& content_;
  WallTime now_;
  tuf::Header timestamp_{};
  std::int64_t snapshot_ = 0;
  std::optional<tuf::Targets> targets_{};
  bool timestamp_is_old_ = false;
};

// "/timestamp.json", "/targets/<name>": one file, and no way out of the folder.
bool is_served(std::string_view path) {
  if (path.starts_with("targets/")) path.remove_prefix(8);
  return !path.empty() && path.front() != '.' && path.find_first_of("/\\%") == std::string_view::npos;
}

Awaitable<HttpReply> serve_file(const fs::path& folder, const HttpCall& call) {
  const std::string path = call.path.substr(std::min<std::size_t>(call.path.size(), 1));
  if (call.method != "GET" || !is_served(path)) co_return not_found();
  auto text = read_file(folder / path, kMaxFile);
  if (!text) co_return not_found();
  co_return HttpReply{.body = std::move(*text)};
}

}  // namespace

Result<void> publish_tuf_repository(const fs::path& folder, const TufContent& content, WallTime now) {
  for (const fs::path& each : {folder, folder / "targets"}) {
    if (auto made = make_private_folder(each); !made) return made;
  }
  return Publication(folder, content, now).run();
}

HttpHandler make_tuf_api(fs::path folder) {
  return [folder = std::move(folder)](const HttpCall& call) { return serve_file(folder, call); };
}

}  // namespace signet::sandbox
