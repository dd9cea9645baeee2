#include "sigstore/verify/sct.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "sigstore/verify/sct_list.h"

namespace signet::sigstore {
namespace {

// RFC 5246 §7.4.1.4.1
constexpr std::uint8_t kSha256 = 4;
constexpr std::uint8_t kRsa = 1;
constexpr std::uint8_t kEcdsa = 3;
// RFC 6962 §3.2
constexpr std::uint8_t kVersion1 = 0;
constexpr std::uint8_t kCertificateTimestamp = 0;
constexpr std::uint64_t kPrecertificateEntry = 1;
/// What a 24-bit length can say.
constexpr std::size_t kMaxTbs = 0xffffff;

void put(Bytes& out, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) out.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
}

Bytes signed_bytes(const Sct& sct, ByteView tbs, const Certificate& issuer) {
  Bytes bytes{kVersion1, kCertificateTimestamp};
  put(bytes, sct.milliseconds, 8);
  put(bytes, kPrecertificateEntry, 2);
  append(bytes, issuer.public_key().fingerprint());
  put(bytes, tbs.size(), 3);
  append(bytes, tbs);
  put(bytes, sct.extensions.size(), 2);
  append(bytes, sct.extensions);
  return bytes;
}

bool is_algorithm_of(const Sct& sct, KeyKind kind) {
  switch (kind) {
    case KeyKind::EcdsaP256:
    case KeyKind::EcdsaP384:
    case KeyKind::EcdsaP521:
      return sct.signature_algorithm == kEcdsa;
    case KeyKind::Rsa2048:
    case KeyKind::Rsa3072:
    case KeyKind::Rsa4096:
      return sct.signature_algorithm == kRsa;
    case KeyKind::Ed25519:
      break;
  }
  return false;
}

bool is_within(const TimeRange& range, std::uint64_t milliseconds) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 1000);
  if (milliseconds > kMax) return false;
  return range.contains(WallTime(std::chrono::milliseconds(milliseconds)));
}

// As a person reads it, where it is a time of four-digit years.
std::string time_text(std::uint64_t milliseconds) {
  constexpr std::uint64_t kYear10000 = 253'402'300'800'000;
  if (milliseconds < kYear10000) return encode_rfc3339(WallTime(std::chrono::milliseconds(milliseconds)));
  return std::to_string(milliseconds) + " ms after 1970";
}

Verdict<VerifiedSct> verify_sct(const Sct& sct, ByteView tbs, const Certificate& issuer, const TrustedRoot& root) {
  constexpr auto kCode = RefusalCode::SctInvalid;
  const auto is_log = [&sct](const TransparencyLog& log) { return equal(log.log_id, sct.log_id); };
  const auto known = std::ranges::find_if(root.ct_logs, is_log);
  if (known == root.ct_logs.end()) {
    return refused(kCode, "the SCT is of a CT log that the trusted root does not have",
                   "one of its " + std::to_string(root.ct_logs.size()) + " CT logs", encode_hex(sct.log_id));
  }
  // The same log may stand there several times, each with its own span of time.
  const auto log = std::ranges::find_if(root.ct_logs, [&](const TransparencyLog& each) {
    return is_log(each) && is_within(each.valid_for, sct.milliseconds);
  });
  if (log == root.ct_logs.end()) {
    return refused(kCode, "the SCT is of a time when its CT log was not to be trusted", describe(known->valid_for),
                   time_text(sct.milliseconds));
  }
  if (sct.hash_algorithm != kSha256 || !is_algorithm_of(sct, log->key.kind())) {
    return refused(kCode, "the SCT has a signature algorithm that does not fit its CT log's key",
                   "SHA-256 with " + std::string(key_kind_name(log->key.kind())),
                   "hash " + std::to_string(sct.hash_algorithm) + " with signature " +
                       std::to_string(sct.signature_algorithm) + " (RFC 5246)");
  }
  const Bytes message = signed_bytes(sct, tbs, issuer);
  if (!log->key.verify_message(HashAlgorithm::Sha256, message, sct.signature)) {
    return refused(kCode, "the SCT is of another certificate, or its signature is not its CT log's",
                   "a signature of " + log->name() + " over this certificate");
  }
  return VerifiedSct{.log = log->name(),
                     .time = WallTime(std::chrono::milliseconds(sct.milliseconds)),
                     .counted_as = log->counted_as()};
}

}  // namespace

Verdict<std::vector<VerifiedSct>> verify_scts(const Certificate& leaf, const Certificate& issuer,
                                              const TrustedRoot& root, unsigned threshold) {
  const auto extension = leaf.extension(oid::kSctList);
  if (!extension) {
    return refused(RefusalCode::SctMissing, "the certificate is in no CT log: it has no SCT",
                   "at least " + std::to_string(threshold), "none");
  }
  DerReader reader(*extension);
  const auto list = reader.expect(der_tag::kOctetString);
  if (!list || !reader.finish()) return refused(RefusalCode::SctInvalid, "the SCT extension is malformed");
  const auto scts = parse_sct_list(list->content);
  if (!scts) return refused(RefusalCode::SctInvalid, scts.error().what);
  const auto tbs = leaf.tbs_without({oid::kSctList, oid::kCtPoison});
  if (!tbs || tbs->size() > kMaxTbs) {
    return refused(RefusalCode::SctInvalid, "the certificate's own bytes cannot be put together anew");
  }
  std::vector<VerifiedSct> verified;
  std::optional<Refusal> last;
  for (const Sct& sct : *scts) {
    auto one = verify_sct(sct, *tbs, issuer, root);
    if (!one) {
      last = std::move(one.error());
    } else if (std::ranges::find(verified, one->counted_as, &VerifiedSct::counted_as) == verified.end()) {
      verified.push_back(std::move(*one));
      if (verified.size() >= threshold) return verified;
    }
  }
  if (last && verified.empty()) return refused(std::move(*last));
  return refused(RefusalCode::SctInvalid,
                 "the certificate is in too few CT logs" + (last ? "; another SCT does not count: " + last->what : ""),
                 "at least " + std::to_string(threshold), std::to_string(verified.size()));
}

}  // namespace signet::sigstore
