#include "sandbox/ct_log.h"

#include <chrono>
#include <utility>

#include "sandbox/checkpoint_signer.h"

namespace signet::sandbox {
namespace {

constexpr std::size_t kMaxTbs = 0xffffff;  // its length has three bytes

/// Big-endian numbers of the TLS presentation language (RFC 8446 §3.3).
void put(Bytes& out, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) out.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
}

// What SCT signature and tree leaf have in common (RFC 6962 §3.2, §3.4): both begin with version v1 and a zero, which
// means certificate_timestamp in one and timestamped_entry in the other.
Bytes precertificate_entry(std::uint64_t milliseconds, const Sha256Hash& issuer_key_hash, ByteView tbs,
                           ByteView extensions) {
  Bytes entry{0, 0};
  put(entry, milliseconds, 8);
  put(entry, 1, 2);  // precert_entry
  append(entry, issuer_key_hash);
  put(entry, tbs.size(), 3);
  append(entry, tbs);
  put(entry, extensions.size(), 2);
  append(entry, extensions);
  return entry;
}

// C2SP static-ct-api: extension type leaf_index (0), two bytes of length, 40 bits.
Bytes leaf_index_extension(std::uint64_t index) {
  Bytes extension{0};
  put(extension, 5, 2);
  put(extension, index, 5);
  return extension;
}

Bytes encode_sct(const Sha256Hash& log_id, std::uint64_t milliseconds, ByteView extensions, ByteView signature) {
  Bytes sct{0};  // v1
  append(sct, log_id);
  put(sct, milliseconds, 8);
  put(sct, extensions.size(), 2);
  append(sct, extensions);
  put(sct, 4, 1);  // sha256
  put(sct, 3, 1);  // ecdsa
  put(sct, signature.size(), 2);
  append(sct, signature);
  return sct;
}

Bytes list_of(ByteView sct) {
  Bytes list;
  put(list, sct.size() + 2, 2);
  put(list, sct.size(), 2);
  append(list, sct);
  return list;
}

}  // namespace

Result<CtLog> CtLog::open(const std::filesystem::path& folder, const SoftwareKey& key) {
  auto log = sigstore::TileLog::open(folder, std::string(kCtLogOrigin), checkpoint_signer(kCtLogOrigin, key),
                                     checkpoint_verifier(kCtLogOrigin, key));
  if (!log) return fail(std::move(log.error()).during("opening " + folder.string()));
  return CtLog(key, std::move(*log));
}

Result<Bytes> CtLog::sign(const Sha256Hash& issuer_key_hash, ByteView tbs, WallTime now, const SctOptions& options) {
  if (tbs.empty() || tbs.size() > kMaxTbs) return fail(ErrorCode::LimitExceeded, "a certificate of impossible length");
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  const Bytes extensions = leaf_index_extension(log_.size());
  const Bytes entry = precertificate_entry(milliseconds, issuer_key_hash, tbs, extensions);
  if (auto stored = log_.append({entry}); !stored) return fail(std::move(stored.error()));
  if (options.garbage) return to_bytes(std::string_view("\x30\x82{garbage"));
  Bytes signed_tbs = to_bytes(tbs);
  if (options.of_other_certificate) signed_tbs.back() ^= 1U;
  const SoftwareKey& signer = options.by_other_key ? SoftwareKey::generate() : key_;
  const Bytes signature =
      signer.sign_message(precertificate_entry(milliseconds, issuer_key_hash, signed_tbs, extensions));
  return list_of(encode_sct(key_.public_key().fingerprint(), milliseconds, extensions, signature));
}

}  // namespace signet::sandbox
