#include "bench/bare_checks.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bench/record.h"
#include "sigstore/encoding/der_walk.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/openssl.h"
#include "sigstore/encoding/signed_note.h"
#include "sigstore/tlog/entry_promise.h"
#include "sigstore/tlog/merkle.h"
#include "sigstore/verify/sct_list.h"
#include "sigstore/verify/timestamp.h"
#include "sigstore/verify/timestamp_token.h"

namespace signet::bench {
namespace {

using namespace sigstore;

// A signature by a key that is known before.
struct KnownCheck {
  PublicKey key;
  const EVP_MD* hash = nullptr;  // Ed25519: none
  Bytes message;
  Bytes signature;
};

struct Checks {
  std::vector<KnownCheck> known;
  Bytes leaf;
  PublicKey issuer;
  Bytes message;  // signed by the leaf's key
  Bytes signature;
  LogEntry entry;
};

[[noreturn]] void fail_on(const std::string& what) { give_up("the bare checks of a bundle: " + what); }

const EVP_MD* md(HashAlgorithm algorithm) {
  return algorithm == HashAlgorithm::Sha256   ? EVP_sha256()
         : algorithm == HashAlgorithm::Sha384 ? EVP_sha384()
                                              : EVP_sha512();
}

bool verifies(EVP_PKEY* key, const EVP_MD* hash, ByteView message, ByteView signature) {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

const EVP_MD* own_hash(const PublicKey& key) {
  return key.kind() == KeyKind::Ed25519 ? nullptr : md(default_hash(key.kind()));
}

// The first key of several that made the signature.
void add_known(Checks& checks, const std::vector<PublicKey>& keys, std::optional<HashAlgorithm> hash, Bytes message,
               Bytes signature, const std::string& what) {
  for (const PublicKey& key : keys) {
    const EVP_MD* with = hash ? md(*hash) : own_hash(key);
    if (!verifies(key.native(), with, message, signature)) continue;
    checks.known.push_back(
        {.key = key, .hash = with, .message = std::move(message), .signature = std::move(signature)});
    return;
  }
  fail_on(what);
}

std::vector<PublicKey> keys_of(const std::vector<TransparencyLog>& logs) {
  std::vector<PublicKey> keys;
  for (const TransparencyLog& log : logs) keys.push_back(log.key);
  return keys;
}

Certificate issuer_of(const Certificate& leaf, const TrustedRoot& root) {
  for (const CertificateAuthority& authority : root.certificate_authorities) {
    for (const Certificate& each : authority.chain) {
      if (X509_verify(leaf.native(), each.public_key().native()) == 1) return each;
    }
  }
  fail_on("no issuer");
}

void put(Bytes& out, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) out.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
}

// RFC 6962 §3.2: what a log signed of a precertificate.
void add_sct(Checks& checks, const Certificate& leaf, const Certificate& issuer, const TrustedRoot& root) {
  const Bytes extension = leaf.extension(oid::kSctList).value_or(Bytes());
  const auto list = der_content(extension, der_tag::kOctetString);
  const auto scts = list ? parse_sct_list(*list) : fail(ErrorCode::InvalidRequest, "no SCT list");
  const auto tbs = leaf.tbs_without({oid::kSctList, oid::kCtPoison});
  if (!scts || !tbs) fail_on("no SCT");
  const Sct& sct = scts->front();
  Bytes message{0, 0};
  put(message, sct.milliseconds, 8);
  put(message, 1, 2);
  append(message, issuer.public_key().fingerprint());
  put(message, tbs->size(), 3);
  append(message, *tbs);
  put(message, sct.extensions.size(), 2);
  append(message, sct.extensions);
  add_known(checks, keys_of(root.ct_logs), HashAlgorithm::Sha256, std::move(message), to_bytes(sct.signature), "SCT");
}

void add_log_entry(Checks& checks, const LogEntry& entry, const TrustedRoot& root) {
  const auto note = parse_signed_note(entry.proof->checkpoint);
  if (!note) fail_on("no checkpoint");
  add_known(checks, keys_of(root.logs), std::nullopt, to_bytes(note->text), note->signatures.front().signature,
            "checkpoint");
  if (entry.inclusion_promise.empty()) return;
  add_known(checks, keys_of(root.logs), std::nullopt, to_bytes(encode_entry_promise(entry)), entry.inclusion_promise,
            "promise");
}

void add_timestamps(Checks& checks, const Bundle& bundle, const TrustedRoot& root) {
  std::vector<PublicKey> keys;
  for (const CertificateAuthority& authority : root.timestamp_authorities) {
    keys.push_back(authority.chain.front().public_key());
  }
  for (const Bytes& response : bundle.timestamps) {
    const Bytes outer = timestamp_token(response).value_or(Bytes());
    const auto token = parse_timestamp_token(outer);
    if (!token) fail_on("no timestamp");
    add_known(checks, keys, token->hash, token->attributes, to_bytes(token->signature), "timestamp");
  }
}

Checks checks_of(const Bundle& bundle, const TrustedRoot& root) {
  const auto leaf = Certificate::from_der(bundle.certificate);
  if (!leaf) fail_on("no certificate");
  const Certificate issuer = issuer_of(*leaf, root);
  Checks checks{.known = {},
                .leaf = bundle.certificate,
                .issuer = issuer.public_key(),
                .message = {},
                .signature = bundle.signature(),
                .entry = bundle.entries.front()};
  add_sct(checks, *leaf, issuer, root);
  add_log_entry(checks, checks.entry, root);
  add_timestamps(checks, bundle, root);
  if (const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content)) {
    checks.message = encode_pae(envelope->payload_type, envelope->payload);
  }
  return checks;
}

// Of a message nothing but its digest is there.
bool verifies_content(EVP_PKEY* key, const Checks& checks, const Digest* digest) {
  if (digest == nullptr) return verifies(key, EVP_sha256(), checks.message, checks.signature);
  const openssl::PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), md(digest->algorithm())) == 1 &&
         EVP_PKEY_verify(context.get(), checks.signature.data(), checks.signature.size(), digest->bytes().data(),
                         digest->bytes().size()) == 1;
}

void run(const Checks& checks, const Digest* digest) {
  const unsigned char* at = checks.leaf.data();
  const openssl::X509Handle leaf(d2i_X509(nullptr, &at, static_cast<long>(checks.leaf.size())));
  if (!leaf || X509_verify(leaf.get(), checks.issuer.native()) != 1) fail_on("certificate");
  for (const KnownCheck& check : checks.known) {
    if (!verifies(check.key.native(), check.hash, check.message, check.signature)) fail_on("signature");
  }
  const InclusionProof& proof = *checks.entry.proof;
  if (!verify_inclusion(static_cast<std::uint64_t>(proof.log_index), static_cast<std::uint64_t>(proof.tree_size),
                        hash_leaf(checks.entry.canonicalized_body), proof.hashes, proof.root)) {
    fail_on("inclusion");
  }
  if (!verifies_content(X509_get0_pubkey(leaf.get()), checks, digest)) fail_on("signature of the content");
}

}  // namespace

Operation bare_checks(const Bundle& bundle, const TrustedRoot& root) {
  const auto checks = std::make_shared<const Checks>(checks_of(bundle, root));
  std::optional<Digest> digest;
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) digest = message->digest;
  return [checks, digest] { run(*checks, digest ? &*digest : nullptr); };
}

}  // namespace signet::bench
