#include "tests/unit/sigstore/made_sct.h"

#include <chrono>

#include "sigstore/encoding/der.h"

namespace signet::test {
namespace {

using namespace sigstore;

void put(Bytes& out, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) out.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
}

void put_vector(Bytes& out, ByteView bytes, unsigned length_size) {
  put(out, bytes.size(), length_size);
  append(out, bytes);
}

bool is_rsa(KeyKind kind) { return kind == KeyKind::Rsa2048 || kind == KeyKind::Rsa3072 || kind == KeyKind::Rsa4096; }

}  // namespace

TransparencyLog TestCtLog::entry() const {
  return {.base_url = "https://ct.test",
          .key = key_.public_key(),
          .log_id = to_bytes(key_.public_key().fingerprint()),
          .valid_for = {.start = start_}};
}

Bytes TestCtLog::sign(const SctRecipe& recipe, ByteView tbs, const PublicKey& issuer) const {
  Bytes message{recipe.version, 0};  // certificate_timestamp
  put(message, recipe.milliseconds, 8);
  put(message, 1, 2);  // precert_entry
  append(message, issuer.fingerprint());
  put_vector(message, tbs, 3);
  put_vector(message, recipe.extensions, 2);

  Bytes sct{recipe.version};
  append(sct, recipe.log_id.value_or(to_bytes(key_.public_key().fingerprint())));
  put(sct, recipe.milliseconds, 8);
  put_vector(sct, recipe.extensions, 2);
  sct.push_back(recipe.hash_algorithm);
  sct.push_back(recipe.signature_algorithm.value_or(is_rsa(key_.public_key().kind()) ? 1 : 3));
  put_vector(sct, key_.sign(message), 2);
  if (recipe.change_after_signing) recipe.change_after_signing(sct);
  return sct;
}

Bytes make_sct_list(const std::vector<Bytes>& scts) {
  Bytes all;
  for (const Bytes& sct : scts) put_vector(all, sct, 2);
  Bytes list;
  put_vector(list, all, 2);
  return list;
}

void set_sct_list(CertificateRecipe& recipe, ByteView list) {
  set_extension(recipe, oid::kSctList, false, encode_der(der_tag::kOctetString, list));
}

Certificate make_logged_certificate(CertificateRecipe recipe, const SoftwareKey& authority, const TestCtLog& log,
                                    const std::vector<SctRecipe>& scts) {
  const PublicKey issuer = authority.public_key();
  const Bytes tbs = make_tbs(recipe, issuer.kind());
  std::vector<Bytes> made;
  made.reserve(scts.size());
  for (const SctRecipe& sct : scts) made.push_back(log.sign(sct, tbs, issuer));
  set_sct_list(recipe, make_sct_list(made));
  return make_certificate(recipe, authority);
}

std::uint64_t milliseconds_of(WallTime time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

}  // namespace signet::test
