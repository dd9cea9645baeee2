#include "tests/card/piv_host.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>

#include "common/hex.h"
#include "sigstore/encoding/openssl.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

using namespace sigstore::openssl;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

// The host's end of the mutual authentication knows a cipher by its P1.
Bytes apply_cipher(std::string_view algorithm, ByteView key, ByteView block, bool encrypts) {
  const EVP_CIPHER* cipher = EVP_des_ede3_ecb();
  if (algorithm == "08") cipher = EVP_aes_128_ecb();
  if (algorithm == "0a") cipher = EVP_aes_192_ecb();
  if (algorithm == "0c") cipher = EVP_aes_256_ecb();
  const Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
  Bytes out(block.size() + 32);
  int size = 0;
  EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr, encrypts ? 1 : 0);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  EVP_CipherUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

X509Handle parse_certificate(ByteView der) {
  const unsigned char* at = der.data();
  X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) std::abort();
  return certificate;
}

Bytes content_of(std::uint32_t outer, std::uint32_t inner, ByteView bytes) {
  const auto elements = parse_template(outer, bytes);
  const auto content = elements ? elements->find(inner) : std::nullopt;
  return content ? to_bytes(*content) : Bytes();
}

}  // namespace

PivHost::PivHost(const CardSetup& setup) : card_(setup) { (void)select(); }

PivHost::Answer PivHost::transmit(ByteView apdu) {
  CardAnswer part = card_.transmit(apdu, now_);
  Answer answer{.status = encode_hex(ByteView(part.bytes).last(2)), .wants_touch = part.wants_touch};
  append(answer.data, ByteView(part.bytes).first(part.bytes.size() - 2));
  while (answer.status.starts_with("61")) {
    part = card_.transmit(hex("00c0000000"), now_);
    answer.status = encode_hex(ByteView(part.bytes).last(2));
    append(answer.data, ByteView(part.bytes).first(part.bytes.size() - 2));
  }
  return answer;
}

PivHost::Answer PivHost::send(std::string_view apdu) { return transmit(hex(apdu)); }

PivHost::Answer PivHost::send(std::string_view header, ByteView data) {
  constexpr std::size_t kPart = 255;
  for (;; data = data.subspan(kPart)) {
    const bool last = data.size() <= kPart;
    const ByteView part = last ? data : data.first(kPart);
    Bytes apdu = hex(header);
    if (!last) apdu[0] |= 0x10;
    if (!part.empty()) apdu.push_back(static_cast<std::uint8_t>(part.size()));
    append(apdu, part);
    Answer answer = transmit(apdu);
    if (last || answer.status != "9000") return answer;
  }
}

std::string PivHost::generate(std::string_view slot, std::string_view elements) {
  return send("004700" + std::string(slot), tlv(0xac, hex(elements))).status;
}

std::string PivHost::authenticate(std::string_view algorithm, std::string_view key) {
  const std::string header = "0087" + std::string(algorithm) + "9b";
  const Answer asked = send(header, hex("7c028000"));
  if (asked.status != "9000") return asked.status;
  const Bytes witness = apply_cipher(algorithm, hex(key), content_of(0x7c, 0x80, asked.data), false);
  const Bytes challenge(witness.size(), 0x5a);
  Bytes elements = tlv(0x80, witness);
  append(elements, tlv(0x81, challenge));
  const Answer answer = send(header, tlv(0x7c, elements));
  if (answer.status != "9000") return answer.status;
  const bool right = equal(content_of(0x7c, 0x82, answer.data), apply_cipher(algorithm, hex(key), challenge, true));
  return right ? "9000" : "the card does not know the key";
}

PivHost::Answer PivHost::sign(std::string_view algorithm, std::string_view slot, ByteView input) {
  Bytes elements = hex("8200");
  append(elements, tlv(0x81, input));
  return send("0087" + std::string(algorithm) + std::string(slot), tlv(0x7c, elements));
}

Bytes PivHost::certificate(std::string_view object) {
  return content_of(0x53, 0x70, send("00cb3fff", tlv(0x5c, hex(object))).data);
}

Bytes PivHost::padded(std::string_view pin) {
  std::string text(pin);
  text.resize(8, '\xff');
  return to_bytes(text);
}

Bytes signature_in(const PivHost::Answer& answer) { return content_of(0x7c, 0x82, answer.data); }

Bytes public_key_of(ByteView certificate) {
  const X509Handle parsed = parse_certificate(certificate);
  return encode(static_cast<const EVP_PKEY*>(X509_get0_pubkey(parsed.get())), i2d_PUBKEY);
}

bool signed_by(ByteView certificate, ByteView issuer) {
  const ErrorScope errors;
  const X509Handle parsed = parse_certificate(certificate);
  const X509Handle parsed_issuer = parse_certificate(issuer);
  return X509_NAME_cmp(X509_get_issuer_name(parsed.get()), X509_get_subject_name(parsed_issuer.get())) == 0 &&
         X509_verify(parsed.get(), X509_get0_pubkey(parsed_issuer.get())) == 1;
}

Bytes extension_of(ByteView certificate, const std::string& oid) {
  const X509Handle parsed = parse_certificate(certificate);
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(oid.c_str(), 1));
  const int at = X509_get_ext_by_OBJ(parsed.get(), object.get(), -1);
  if (at < 0) return {};
  const ASN1_OCTET_STRING* content = X509_EXTENSION_get_data(X509_get_ext(parsed.get(), at));
  const unsigned char* bytes = ASN1_STRING_get0_data(content);
  return {bytes, bytes + ASN1_STRING_length(content)};
}

Bytes certificate_from_pem(const std::string& pem) {
  const Handle<BIO, BIO_free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Handle parsed(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  return parsed ? encode(static_cast<const X509*>(parsed.get()), i2d_X509) : Bytes();
}

bool fits(ByteView spki, ByteView input, ByteView signature) {
  const ErrorScope errors;
  const unsigned char* at = spki.data();
  const Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key) return false;
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) {
    const DigestContext context(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), input.data(), input.size()) == 1;
  }
  const PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC) {
    return EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_verify(context.get(), signature.data(), signature.size(), input.data(), input.size()) == 1;
  }
  Bytes block(signature.size());
  std::size_t size = block.size();
  return EVP_PKEY_verify_recover_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1 &&
         EVP_PKEY_verify_recover(context.get(), block.data(), &size, signature.data(), signature.size()) == 1 &&
         equal(block, input);
}

}  // namespace signet::test
