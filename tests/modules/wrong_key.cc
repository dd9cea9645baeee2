// C_Sign yields a signature that looks good and is by another P-256 key.
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cstring>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

constexpr int kFieldSize = 32;

EVP_PKEY* other_key() {
  static EVP_PKEY* const kKey = EVP_EC_gen("P-256");
  return kKey;
}

// r and s of the DER signature, each in 32 bytes, as CKM_ECDSA has them.
bool sign_with_other_key(const CK_BYTE* digest, CK_ULONG size, CK_BYTE* raw) {
  CK_BYTE der[128];
  std::size_t der_size = sizeof(der);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(other_key(), nullptr);
  const bool done = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &der_size, digest, size) == 1;
  EVP_PKEY_CTX_free(context);
  const unsigned char* next = der;
  ECDSA_SIG* signature = done ? d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der_size)) : nullptr;
  if (signature == nullptr) return false;
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, kFieldSize);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + kFieldSize, kFieldSize);
  ECDSA_SIG_free(signature);
  return true;
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  const CK_RV result = real().C_Sign(session, data, size, signature, signature_size);
  if (result != CKR_OK || signature == nullptr || *signature_size != 2 * kFieldSize) return result;
  return sign_with_other_key(data, size, signature) ? CKR_OK : CKR_GENERAL_ERROR;
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) { functions.C_Sign = sign; }

}  // namespace signet::test
