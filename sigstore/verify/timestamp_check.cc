// The verification of timestamps (RFC 3161 §2.3, §2.4.2). Times come from the timestamp, never from the wall clock.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "sigstore/verify/path.h"
#include "sigstore/verify/timestamp.h"
#include "sigstore/verify/timestamp_token.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSha1Size = 20;
constexpr std::string_view kUnknownAuthority = "the timestamp is of an authority that the trusted root does not have";

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::NotVerified, "the timestamp " + std::move(why));
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
Result<std::optional<Certificate>> find_signer(const TimestampToken& token, const CertificateAuthority& authority) {
  auto embedded = embedded_signer(token, authority);
  const Certificate& first = authority.chain.front();
  if (!first.is_ca()) {
    if (!is_named(first, token.signer)) return std::nullopt;
    if (!token.certificates.empty() && embedded != first) {
      return refuse("holds certificates, and not that of its authority");
    }
    return first;
  }
  if (!embedded) return std::nullopt;
  const Bytes issuer = embedded->issuer_name();
  const bool is_ours =
      std::ranges::any_of(authority.chain, [&](const Certificate& each) { return each.subject_name() == issuer; });
  return is_ours ? std::move(embedded) : std::nullopt;
}

bool fits(const SignerHash& hash, const Certificate& signer) {
  if (hash.algorithm) return equal(sigstore::hash(*hash.algorithm, signer.der()).bytes(), hash.value);
  // ESSCertID has SHA-1 and nothing else; it names a certificate whose chain is verified in its own right.
  std::array<std::uint8_t, kSha1Size> sha1{};
  EVP_Digest(signer.der().data(), signer.der().size(), sha1.data(), nullptr, EVP_sha1(), nullptr);
  return equal(sha1, hash.value);
}

Result<void> check_signature(const TimestampToken& token, const Certificate& signer) {
  const PublicKey& key = signer.public_key();
  if (hash(token.hash, token.content) != token.content_digest) return refuse("is not the one that was signed");
  if (!cms::is_signature_algorithm(token.signature_algorithm, key.kind(), token.hash)) {
    return refuse("has a signature algorithm that does not fit its signer's key and its hash");
  }
  if (!key.verify_message(token.hash, token.attributes, token.signature)) {
    return refuse("has a signature that is not its authority's");
  }
  const auto is_signer = [&](const SignerHash& each) { return fits(each, signer); };
  if (!std::ranges::all_of(token.signer_hashes, is_signer))
    return refuse("names another certificate than its signer's");
  return {};
}

// RFC 3161 §2.3.
Result<void> check_purpose(const Certificate& signer) {
  if (signer.is_ca()) return refuse("is signed by a CA");
  if (!signer.has_key_usage_digital_signature() || !signer.has_sole_critical_extended_key_usage(oid::kTimeStamping)) {
    return refuse("is signed by a certificate that is not for timestamps alone");
  }
  return {};
}

Result<void> check_path(const Certificate& signer, const CertificateAuthority& authority, WallTime time) {
  const auto found = find_path(signer, authority, time);
  if (const auto* problem = std::get_if<PathProblem>(&found)) {
    return refuse("has no valid path to its authority at " + encode_rfc3339(time) + ": " + problem->why);
  }
  if (!may_issue_for(oid::kTimeStamping, std::get<std::vector<Certificate>>(found))) {
    return refuse("is of an authority that is not for timestamps");
  }
  if (!authority.valid_for.contains(time)) {
    return refuse("says " + encode_rfc3339(time) + ", when its authority was not to be trusted: it was from " +
                  describe(authority.valid_for));
  }
  return {};
}

// Nothing where the authority is another one than the signer's.
Result<std::optional<VerifiedTimestamp>> verify_under(const TimestampToken& token,
                                                      const CertificateAuthority& authority) {
  const auto signer = find_signer(token, authority);
  if (!signer) return fail(signer.error());
  if (!*signer) return std::nullopt;
  if (auto ok = check_signature(token, **signer); !ok) return fail(std::move(ok.error()));
  if (auto ok = check_purpose(**signer); !ok) return fail(std::move(ok.error()));
  if (auto ok = check_path(**signer, authority, token.info.time); !ok) return fail(std::move(ok.error()));
  return VerifiedTimestamp{.time = token.info.time, .authority = authority.uri, .counted_as = authority.counted_as()};
}

// Nothing where no authority of the trusted root says to have made it.
Result<std::optional<VerifiedTimestamp>> verify_if_known(ByteView token, ByteView stamped, const TrustedRoot& root) {
  const auto parsed = parse_timestamp_token(token);
  if (!parsed) return fail(parsed.error());
  std::optional<Error> nearest;
  for (const CertificateAuthority& authority : root.timestamp_authorities) {
    auto verified = verify_under(*parsed, authority);
    if (!verified) {
      nearest = std::move(verified.error());
    } else if (*verified) {
      const Digest& imprint = parsed->info.imprint;
      if (hash(imprint.algorithm(), stamped) != imprint)
        return refuse("is of something else: it stamps " + encode_digest(imprint) + ", and the signature has " +
                      encode_digest(hash(imprint.algorithm(), stamped)));
      return verified;
    }
  }
  if (nearest) return fail(std::move(*nearest));
  return std::nullopt;
}

Result<VerifiedTimestamp> must_be_known(Result<std::optional<VerifiedTimestamp>> verified) {
  if (!verified) return fail(std::move(verified.error()));
  if (!*verified) return fail(ErrorCode::NotVerified, std::string(kUnknownAuthority));
  return std::move(**verified);
}

}  // namespace

Result<VerifiedTimestamp> verify_timestamp(ByteView response, ByteView stamped, const TrustedRoot& root) {
  const auto token = timestamp_token(response);
  if (!token) return fail(token.error());
  return verify_timestamp_token(*token, stamped, root);
}

Result<VerifiedTimestamp> verify_timestamp_token(ByteView token, ByteView stamped, const TrustedRoot& root) {
  return must_be_known(verify_if_known(token, stamped, root));
}

Verdict<std::vector<VerifiedTimestamp>> verify_timestamps(const std::vector<Bytes>& responses, ByteView stamped,
                                                          const TrustedRoot& root, Findings& findings) {
  constexpr auto kCheck = CheckName::Timestamp;
  const auto invalid = [&findings](const Error& error) {
    return findings.refuse(kCheck, {.code = RefusalCode::TimestampInvalid, .what = error.what});
  };
  std::vector<VerifiedTimestamp> times;
  for (const Bytes& response : responses) {
    const auto token = timestamp_token(response);
    if (!token) return invalid(token.error());
    auto verified = verify_if_known(*token, stamped, root);
    if (!verified) return invalid(verified.error());
    if (*verified) {
      findings.pass(kCheck, encode_rfc3339((*verified)->time) + ", says " + (*verified)->authority);
      times.push_back(std::move(**verified));
    } else {
      findings.skip(kCheck, std::string(kUnknownAuthority));
    }
  }
  return times;
}

}  // namespace signet::sigstore
