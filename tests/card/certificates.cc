#include "tests/card/certificates.h"

#include <openssl/x509v3.h>

#include <cstdlib>

#include "common/base64.h"
#include "common/random.h"
#include "sigstore/encoding/openssl.h"

namespace signet::test {
namespace {

using sigstore::openssl::Handle;

void must(bool done) {
  if (!done) std::abort();
}

void set_name(X509_NAME* name, const std::string& common_name) {
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1);
}

void set_serial(X509* certificate) {
  Bytes serial = random_bytes(16);
  serial.front() = static_cast<std::uint8_t>((serial.front() & 0x3f) | 0x40);  // positive, and always 16 bytes
  const Handle<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void add_extension(X509* certificate, const std::string& oid, ByteView content) {
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(oid.c_str(), 1));
  const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
  must(ASN1_OCTET_STRING_set(value.get(), content.data(), static_cast<int>(content.size())) == 1);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 0, value.get()));
  must(X509_add_ext(certificate, extension.get(), -1) == 1);
}

void add_authority(X509* certificate) {
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
  must(X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

Bytes make_certificate(const CertificatePlan& plan, const PrivateKey& key, const PrivateKey& issuer_key) {
  const sigstore::openssl::X509Handle certificate(X509_new());
  must(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  must(ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), "20240101000000Z") == 1);
  must(ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "20520417000000Z") == 1);
  set_name(X509_get_subject_name(certificate.get()), plan.subject);
  set_name(X509_get_issuer_name(certificate.get()), plan.issuer);
  must(X509_set_pubkey(certificate.get(), key.get()) == 1);
  if (plan.authority) add_authority(certificate.get());
  for (const auto& [oid, content] : plan.extensions) add_extension(certificate.get(), oid, content);
  const bool hashes_itself = EVP_PKEY_get_base_id(issuer_key.get()) == EVP_PKEY_ED25519;
  must(X509_sign(certificate.get(), issuer_key.get(), hashes_itself ? nullptr : EVP_sha256()) > 0);
  return sigstore::openssl::encode(static_cast<const X509*>(certificate.get()), i2d_X509);
}

std::string certificate_pem(ByteView der) {
  const std::string text = encode_base64(der);
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + '\n';
  return out + "-----END CERTIFICATE-----\n";
}

}  // namespace signet::test
