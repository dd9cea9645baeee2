#include "sandbox/rekor_log.h"

#include <utility>

#include "sandbox/checkpoint_signer.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/signed_note.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;
using sigstore::HashedRekord;
using sigstore::LogEntry;

Result<sigstore::PublicKey> key_of(const EntryVerifier& verifier) {
  if (verifier.kind == EntryVerifier::Kind::PublicKey) return sigstore::PublicKey::from_spki(verifier.der);
  auto certificate = sigstore::Certificate::from_der(verifier.der);
  if (!certificate) return fail(std::move(certificate.error()));
  return certificate->public_key();
}

Bytes throw_away_body() {
  const SoftwareKey key = SoftwareKey::generate();
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of("the first entry of a sandbox's log"));
  const sigstore::PublicKey& public_key = key.public_key();
  const HashedRekord record{.digest = digest,
                            .signature = key.sign_digest(digest),
                            .verifier = {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(public_key.spki())},
                            .key_details = std::string(sigstore::key_details_name(public_key.kind()))};
  return to_bytes(sigstore::encode_hashedrekord_v2(record));
}

}  // namespace

Result<sigstore::PublicKey> check_record(const HashedRekord& record) {
  auto key = key_of(record.verifier);
  if (!key) return key;
  // Ed25519 would need its prehashed form, which OpenSSL 3.0 does not have.
  if (key->kind() == sigstore::KeyKind::Ed25519 || record.key_details != sigstore::key_details_name(key->kind())) {
    return fail(ErrorCode::InvalidRequest, "keyDetails is not the algorithm of the key");
  }
  if (record.digest.algorithm() != sigstore::default_hash(key->kind())) {
    return fail(ErrorCode::InvalidRequest, "the digest is not of the key's hash");
  }
  if (auto verified = key->verify_digest(record.digest, record.signature); !verified) {
    return fail(ErrorCode::InvalidRequest, "the signature does not verify");
  }
  return key;
}

Result<RekorLog> RekorLog::open(const std::filesystem::path& folder, const SoftwareKey& key, const std::string& name) {
  auto log = sigstore::TileLog::open(folder, name, checkpoint_signer(name, key), checkpoint_verifier(name, key));
  if (!log) return fail(std::move(log.error()).during("opening " + folder.string()));
  RekorLog opened(folder, key, std::move(*log));
  if (auto remembered = opened.remember_all(); !remembered) return fail(std::move(remembered.error()));
  if (opened.size() > 0) return opened;
  if (auto first = opened.append(throw_away_body()); !first) return fail(std::move(first.error()));
  return opened;
}

Result<void> RekorLog::remember_all() {
  for (std::uint64_t index = 0; index < log_.size(); ++index) {
    const auto body = log_.entry(index);
    if (!body) return fail(body.error());
    indices_.emplace(sigstore::sha256(*body), index);
  }
  return {};
}

Result<std::vector<LogEntry>> RekorLog::append(const std::vector<Bytes>& bodies) {
  const auto first = log_.append(bodies);
  if (!first) return fail(first.error());
  std::vector<LogEntry> entries;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    indices_.emplace(sigstore::sha256(bodies[i]), *first + i);
    auto entry = with_proof(*first + i, bodies[i]);
    if (!entry) return fail(std::move(entry.error()));
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<LogEntry> RekorLog::append(const Bytes& body) {
  auto entries = append(std::vector<Bytes>{body});
  if (!entries) return fail(std::move(entries.error()));
  return std::move(entries->front());
}

std::optional<std::uint64_t> RekorLog::find(ByteView body) const {
  const auto found = indices_.find(sigstore::sha256(body));
  if (found == indices_.end()) return std::nullopt;
  return found->second;
}

Result<LogEntry> RekorLog::entry(std::uint64_t index) const {
  auto body = log_.entry(index);
  if (!body) return fail(std::move(body.error()));
  return with_proof(index, std::move(*body));
}

Result<LogEntry> RekorLog::with_proof(std::uint64_t index, Bytes body) const {
  auto hashes = log_.inclusion_proof(index);
  if (!hashes) return fail(std::move(hashes.error()));
  const Sha256Hash id = sigstore::checkpoint_key_id(name(), key_.public_key());
  LogEntry entry;
  entry.log_index = static_cast<std::int64_t>(index);
  entry.log_id = to_bytes(id);
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.proof = sigstore::InclusionProof{.log_index = entry.log_index,
                                         .tree_size = static_cast<std::int64_t>(log_.size()),
                                         .root = log_.root(),
                                         .hashes = std::move(*hashes),
                                         .checkpoint = log_.checkpoint()};
  entry.canonicalized_body = std::move(body);
  return entry;
}

}  // namespace signet::sandbox
