#include "sandbox/rekor_v1_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sandbox/checkpoint_signer.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/entry_promise.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sandbox {
namespace {

using sigstore::LogEntry;
using Stamp = std::array<std::uint8_t, 8>;

constexpr const char* kTimesFile = "times";

// Rekor's tree ids are random and positive; this one follows from the key.
std::uint64_t tree_number(const SoftwareKey& key) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8U | key.public_key().fingerprint().at(i);
  return number & 0x7fff'ffff'ffff'ffffU;
}

Stamp encode_stamp(std::int64_t seconds) {
  Stamp stamp{};
  for (std::size_t i = 0; i < stamp.size(); ++i) {
    stamp.at(i) = static_cast<std::uint8_t>(static_cast<std::uint64_t>(seconds) >> (56U - 8U * i));
  }
  return stamp;
}

off_t place_of(std::uint64_t index) { return static_cast<off_t>(index * sizeof(Stamp)); }

Bytes throw_away_body() {
  const SoftwareKey key = SoftwareKey::generate();
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of("the first entry of a sandbox's log"));
  return to_bytes(sigstore::encode_hashedrekord_v1(
      {.digest = digest,
       .signature = key.sign_digest(digest),
       .verifier = {.kind = sigstore::EntryVerifier::Kind::PublicKey, .der = to_bytes(key.public_key().spki())}}));
}

// A body says itself what it is.
void read_kind(LogEntry& entry) {
  const auto body = json::parse(text_of(entry.canonicalized_body));
  if (!body) return;
  json::Fields fields(*body, "body", json::UnknownFields::Tolerate);
  entry.kind = fields.optional_text("kind").value_or("");
  entry.version = fields.optional_text("apiVersion").value_or("");
}

}  // namespace

Result<RekorV1Log> RekorV1Log::open(const std::filesystem::path& folder, const SoftwareKey& key,
                                    const std::string& name, const Clock& clock) {
  auto log = sigstore::TileLog::open(folder, name + " - " + std::to_string(tree_number(key)),
                                     checkpoint_signer(name, key), checkpoint_verifier(name, key));
  if (!log) return fail(std::move(log.error()).during("opening " + folder.string()));
  UniqueFd times(::open((folder / kTimesFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!times) return fail(ErrorCode::InvalidRequest, (folder / kTimesFile).string() + " cannot be opened");
  RekorV1Log opened(name, key, std::move(*log), std::move(times), clock);
  if (auto remembered = opened.remember_all(); !remembered) return fail(std::move(remembered.error()));
  if (opened.log_.size() > 0) return opened;
  if (auto first = opened.append(throw_away_body()); !first) return fail(std::move(first.error()));
  return opened;
}

Result<void> RekorV1Log::remember_all() {
  for (std::uint64_t index = 0; index < log_.size(); ++index) {
    const auto body = log_.entry(index);
    if (!body) return fail(body.error());
    indices_.emplace(sigstore::hash_leaf(*body).value, index);
  }
  return {};
}

Result<LogEntry> RekorV1Log::append(const Bytes& body) {
  const Stamp stamp = encode_stamp(unix_seconds(clock_->now()));
  const std::uint64_t next = log_.size();
  const ssize_t written = ::pwrite(times_.get(), stamp.data(), stamp.size(), place_of(next));
  if (written != static_cast<ssize_t>(stamp.size()) || ::fdatasync(times_.get()) != 0) {
    return fail(ErrorCode::LogUnavailable, "the times of the log cannot be written");
  }
  const auto index = log_.append({body});
  if (!index) return fail(index.error());
  indices_.emplace(sigstore::hash_leaf(body).value, *index);
  return complete(*index, body);
}

std::optional<std::uint64_t> RekorV1Log::find(const sigstore::LeafHash& leaf) const {
  const auto found = indices_.find(leaf.value);
  if (found == indices_.end()) return std::nullopt;
  return found->second;
}

Result<LogEntry> RekorV1Log::entry(std::uint64_t index) const {
  auto body = log_.entry(index);
  if (!body) return fail(std::move(body.error()));
  return complete(index, std::move(*body));
}

Result<std::int64_t> RekorV1Log::time_of(std::uint64_t index) const {
  Stamp stamp{};
  if (::pread(times_.get(), stamp.data(), stamp.size(), place_of(index)) != static_cast<ssize_t>(stamp.size())) {
    return fail(ErrorCode::InvalidRequest, "the log has lost the time of entry " + std::to_string(index));
  }
  std::uint64_t seconds = 0;
  for (const std::uint8_t byte : stamp) seconds = seconds << 8U | byte;
  return static_cast<std::int64_t>(seconds);
}

Result<LogEntry> RekorV1Log::complete(std::uint64_t index, Bytes body) const {
  auto hashes = log_.inclusion_proof(index);
  if (!hashes) return fail(std::move(hashes.error()));
  const auto time = time_of(index);
  if (!time) return fail(time.error());
  const auto in_shard = static_cast<std::int64_t>(index);
  LogEntry entry;
  entry.log_index = kEarlierEntries + in_shard;
  entry.log_id = to_bytes(key_.public_key().fingerprint());
  entry.integrated_time = *time;
  entry.proof = sigstore::InclusionProof{.log_index = in_shard,
                                         .tree_size = static_cast<std::int64_t>(log_.size()),
                                         .root = log_.root(),
                                         .hashes = std::move(*hashes),
                                         .checkpoint = log_.checkpoint()};
  entry.canonicalized_body = std::move(body);
  read_kind(entry);
  entry.inclusion_promise = promise(entry);
  return entry;
}

Bytes RekorV1Log::promise(const LogEntry& entry) const {
  return key_.sign_message(bytes_of(sigstore::encode_entry_promise(entry)));
}

std::string RekorV1Log::tree_id() const { return std::to_string(tree_number(key_)); }

std::string RekorV1Log::uuid_of(ByteView body) const {
  return encode_hex(encode_stamp(static_cast<std::int64_t>(tree_number(key_)))) +
         encode_hex(sigstore::hash_leaf(body).value);
}

}  // namespace signet::sandbox
