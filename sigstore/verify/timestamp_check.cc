// The verification of timestamps (RFC 3161 §2.3, §2.4.2). Times come from the timestamp, never from the wall clock.
#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "sigstore/verify/path.h"
#include "sigstore/verify/timestamp.h"
#include "sigstore/verify/timestamp_token.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSha1Size = 20;
constexpr std::string_view kUnknownAuthority = "the timestamp is of an authority that the trusted root does not have";

std::unexpected<Refusal> refuse(std::string why, std::string expected, std::string found = {}) {
  return refused(RefusalCode::TimestampInvalid, "the timestamp " + std::move(why), std::move(expected),
                 std::move(found));
}

std::string fingerprint_of(const Certificate& certificate) {
  return "the certificate sha256:" + encode_hex(sha256(certificate.der()));
}

bool is_named(const Certificate& certificate, ByteView issuer_and_serial) {
  Bytes name = certificate.issuer_name();
  append(name, certificate.serial_number());
  return equal(name, issuer_and_serial);
}

// The certificate in the token that its signer names. One that cannot be read is none; one that the authority has was
// read already.
std::optional<Certificate> embedded_signer(const TimestampToken& token, const CertificateAuthority& authority) {
  for (const ByteView der : token.certificates) {
    const auto known =
        std::ranges::find_if(authority.chain, [der](const Certificate& each) { return equal(each.der(), der); });
    auto certificate = known == authority.chain.end() ? Certificate::from_der(der) : *known;
    if (certificate && is_named(*certificate, token.signer)) return std::move(*certificate);
  }
  return std::nullopt;
}

// Who signed, if it was this authority: its leaf, else a leaf in the token that one of its certificates issued. What is
// in the token is never believed, but must not contradict: a token with certificates has its signer's.
Verdict<std::optional<Certificate>> find_signer(const TimestampToken& token, const CertificateAuthority& authority) {
  auto embedded = embedded_signer(token, authority);
  const Certificate& first = authority.chain.front();
  if (!first.is_ca()) {
    if (!is_named(first, token.signer)) return std::nullopt;
    if (!token.certificates.empty() && embedded != first) {
      return refuse("holds certificates, and not that of its authority", fingerprint_of(first));
    }
    return first;
  }
  if (!embedded) return std::nullopt;
  const Bytes issuer = embedded->issuer_name();
  const bool is_ours =
      std::ranges::any_of(authority.chain, [&](const Certificate& each) { return each.subject_name() == issuer; });
  return is_ours ? std::move(embedded) : std::nullopt;
}

Bytes hash_of(const Certificate& signer, std::optional<HashAlgorithm> algorithm) {
  if (algorithm) return to_bytes(hash(*algorithm, signer.der()).bytes());
  // ESSCertID has SHA-1 and nothing else; it names a certificate whose chain is verified in its own right.
  Bytes sha1(kSha1Size);
  EVP_Digest(signer.der().data(), signer.der().size(), sha1.data(), nullptr, EVP_sha1(), nullptr);
  return sha1;
}

Verdict<void> check_signature(const TimestampToken& token, const Certificate& signer) {
  const PublicKey& key = signer.public_key();
  const Digest content = hash(token.hash, token.content);
  if (content != token.content_digest) {
    return refuse("is not the one that was signed", encode_digest(token.content_digest), encode_digest(content));
  }
  if (!cms::is_signature_algorithm(token.signature_algorithm, key.kind(), token.hash)) {
    return refuse("has a signature algorithm that does not fit its signer's key and its hash",
                  std::string(key_kind_name(key.kind())) + " with " + std::string(hash_name(token.hash)),
                  "AlgorithmIdentifier " + encode_hex(token.signature_algorithm));
  }
  if (!key.verify_message(token.hash, token.attributes, token.signature)) {
    return refuse("has a signature that is not its authority's", "a signature by " + fingerprint_of(signer));
  }
  for (const SignerHash& each : token.signer_hashes) {
    const Bytes expected = hash_of(signer, each.algorithm);
    if (equal(expected, each.value)) continue;
    return refuse("names another certificate than its signer's", encode_hex(expected), encode_hex(each.value));
  }
  return {};
}

// RFC 3161 §2.3.
Verdict<void> check_purpose(const Certificate& signer) {
  if (signer.is_ca()) return refuse("is signed by a CA", "a certificate that is no CA's", fingerprint_of(signer));
  if (!signer.has_key_usage_digital_signature() || !signer.has_sole_critical_extended_key_usage(oid::kTimeStamping)) {
    return refuse("is signed by a certificate that is not for timestamps alone",
                  "the key usage digitalSignature, and critical the extended key usage timeStamping alone",
                  fingerprint_of(signer));
  }
  return {};
}

Verdict<void> check_path(const Certificate& signer, const CertificateAuthority& authority, WallTime time) {
  const auto found = find_path(signer, authority, time);
  if (const auto* problem = std::get_if<PathProblem>(&found)) {
    return refuse("has no valid path to its authority",
                  "a path to " + authority.uri + " that is valid at " + encode_rfc3339(time), problem->why);
  }
  if (!may_issue_for(oid::kTimeStamping, std::get<std::vector<Certificate>>(found))) {
    return refuse("is of an authority that is not for timestamps",
                  "the extended key usage timeStamping in each intermediate that has any");
  }
  if (!authority.valid_for.contains(time)) {
    return refuse("is of a time when its authority was not to be trusted", describe(authority.valid_for),
                  encode_rfc3339(time));
  }
  return {};
}

// Nothing where the authority is another one than the signer's.
Verdict<std::optional<VerifiedTimestamp>> verify_under(const TimestampToken& token,
                                                       const CertificateAuthority& authority) {
  const auto signer = find_signer(token, authority);
  if (!signer) return refused(signer.error());
  if (!*signer) return std::nullopt;
  if (auto ok = check_signature(token, **signer); !ok) return refused(std::move(ok.error()));
  if (auto ok = check_purpose(**signer); !ok) return refused(std::move(ok.error()));
  if (auto ok = check_path(**signer, authority, token.info.time); !ok) return refused(std::move(ok.error()));
  return VerifiedTimestamp{.time = token.info.time, .authority = authority.uri, .counted_as = authority.counted_as()};
}

// Nothing where no authority of the trusted root says to have made it.
Verdict<std::optional<VerifiedTimestamp>> verify_if_known(const TimestampToken& token, ByteView stamped,
                                                          const TrustedRoot& root) {
  std::optional<Refusal> nearest;
  for (const CertificateAuthority& authority : root.timestamp_authorities) {
    auto verified = verify_under(token, authority);
    if (!verified) {
      nearest = std::move(verified.error());
    } else if (*verified) {
      const Digest& imprint = token.info.imprint;
      const Digest expected = hash(imprint.algorithm(), stamped);
      if (expected != imprint) {
        return refuse("is of something else than the signature", encode_digest(expected), encode_digest(imprint));
      }
      return verified;
    }
  }
  if (nearest) return refused(std::move(*nearest));
  return std::nullopt;
}

}  // namespace

Result<VerifiedTimestamp> verify_timestamp(ByteView response, ByteView stamped, const TrustedRoot& root) {
  const auto token = timestamp_token(response);
  if (!token) return fail(token.error());
  return verify_timestamp_token(*token, stamped, root);
}

Result<VerifiedTimestamp> verify_timestamp_token(ByteView token, ByteView stamped, const TrustedRoot& root) {
  const auto parsed = parse_timestamp_token(token);
  if (!parsed) return fail(parsed.error());
  auto verified = verify_if_known(*parsed, stamped, root);
  if (!verified) return fail(error_from_refusal(verified.error()));
  if (!*verified) return fail(error_from_refusal(unknown_authority(root, 1)));
  return std::move(**verified);
}

Verdict<std::vector<VerifiedTimestamp>> verify_timestamps(const std::vector<Bytes>& responses, ByteView stamped,
                                                          const TrustedRoot& root, Findings& findings) {
  constexpr auto kCheck = CheckName::Timestamp;
  const auto malformed = [&findings](const Error& error) {
    return findings.refuse(kCheck, {.code = RefusalCode::TimestampInvalid, .what = error.what});
  };
  std::vector<VerifiedTimestamp> times;
  for (const Bytes& response : responses) {
    const auto token = timestamp_token(response);
    if (!token) return malformed(token.error());
    const auto parsed = parse_timestamp_token(*token);
    if (!parsed) return malformed(parsed.error());
    auto verified = verify_if_known(*parsed, stamped, root);
    if (!verified) return findings.refuse(kCheck, std::move(verified.error()));
    if (*verified) {
      findings.pass(kCheck, encode_rfc3339((*verified)->time) + ", says " + (*verified)->authority);
      times.push_back(std::move(**verified));
    } else {
      findings.skip(kCheck, std::string(kUnknownAuthority));
    }
  }
  return times;
}

Refusal unknown_authority(const TrustedRoot& root, std::size_t count) {
  std::string known;
  for (const CertificateAuthority& each : root.timestamp_authorities) known += (known.empty() ? "" : " or ") + each.uri;
  return {.code = RefusalCode::TimestampInvalid,
          .what = std::string(kUnknownAuthority),
          .expected = known.empty() ? "an authority, of which the trusted root has none" : known,
          .found = count == 1 ? "one timestamp of another" : std::to_string(count) + " timestamps of others"};
}

}  // namespace signet::sigstore
