#include "sigstore/encoding/rsa_pss.h"

#include <openssl/rsa.h>

#include "sigstore/encoding/openssl.h"

namespace signet::sigstore {

Result<void> verify_pss(const PublicKey& key, ByteView message, ByteView signature) {
  if (EVP_PKEY_is_a(key.native(), "RSA") != 1) return fail(ErrorCode::KeyUnsuitable, "PSS is a scheme of RSA keys");
  const openssl::ErrorScope errors;
  const openssl::DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // owned by `context`
  if (context && EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key.native()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
      EVP_PKEY_CTX_set_rsa_mgf1_md(options, EVP_sha256()) == 1 &&
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_AUTO) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1) {
    return {};
  }
  return fail(ErrorCode::NotVerified, "the signature is not one of this key over this content");
}

}  // namespace signet::sigstore
