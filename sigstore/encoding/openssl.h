// OpenSSL's handles with one owner each. For .cc files of this library alone: no header of ours includes it.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "common/bytes.h"

namespace signet::sigstore::openssl {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};

/// OPENSSL_free is a macro with arguments of its own.
struct FreeBuffer {
  void operator()(unsigned char* buffer) const { OPENSSL_free(buffer); }
};

template <typename T, auto kFree>
using Handle = std::unique_ptr<T, Free<kFree>>;

using Pkey = Handle<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using X509Handle = Handle<X509, X509_free>;
using X509Store = Handle<X509_STORE, X509_STORE_free>;
using X509StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Buffer = std::unique_ptr<unsigned char, FreeBuffer>;

/// A list of certificates that owns a reference to each.
struct FreeCertificates {
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_pop_free(certificates, X509_free); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

/// The thread's error queue, emptied before a call and read after it. What another call left there is not ours to tell.
class ErrorScope {
 public:
  ErrorScope() { ERR_clear_error(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
  ErrorScope(ErrorScope&&) = delete;
  ErrorScope& operator=(ErrorScope&&) = delete;
  ~ErrorScope() { ERR_clear_error(); }

  /// The reason of the newest error in OpenSSL's words, or "no reason given".
  [[nodiscard]] std::string reason() const {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    return text == nullptr ? "no reason given" : text;
  }
};

/// The DER of anything that an i2d function writes; empty where OpenSSL has no memory.
template <typename T, typename Encode>
[[nodiscard]] Bytes encode(const T* value, Encode i2d) {
  unsigned char* raw = nullptr;
  const int size = i2d(value, &raw);
  const Buffer owned(raw);
  return size <= 0 ? Bytes() : Bytes(raw, raw + size);
}

}  // namespace signet::sigstore::openssl
