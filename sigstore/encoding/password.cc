#include "sigstore/encoding/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdint>
#include <utility>

#include "common/random.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSalt = 16;
constexpr std::size_t kDerived = 32;
// 128 * N * r bytes: 8 MiB.
constexpr std::uint64_t kCost = 8192;
constexpr std::uint64_t kBlock = 8;
constexpr std::uint64_t kParallel = 1;
constexpr std::uint64_t kMaxMemory = std::uint64_t{16} * 1024 * 1024;

Result<Bytes> derive(std::string_view password, ByteView salt) {
  Bytes derived(kDerived);
  if (EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(), kCost, kBlock, kParallel, kMaxMemory,
                     derived.data(), derived.size()) != 1) {
    return fail(ErrorCode::Bug, "scrypt failed");
  }
  return derived;
}

}  // namespace

Result<KnownPassword> KnownPassword::make(std::string_view password) {
  Bytes salt = random_bytes(kSalt);
  auto derived = derive(password, salt);
  if (!derived) return fail(std::move(derived.error()));
  return KnownPassword(std::move(salt), std::move(*derived));
}

bool KnownPassword::matches(std::string_view password) const {
  const auto derived = derive(password, salt_);
  return derived && CRYPTO_memcmp(derived->data(), derived_.data(), derived_.size()) == 0;
}

}  // namespace signet::sigstore
