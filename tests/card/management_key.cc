#include "tests/card/management_key.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "common/hex.h"
#include "common/random.h"
#include "sigstore/encoding/openssl.h"

namespace signet::test {
namespace {

struct Cipher {
  std::string_view name;
  std::uint8_t id;
  std::size_t key_size;
  const EVP_CIPHER* (*cipher)();
  Firmware since;
};
constexpr std::array<Cipher, 4> kCiphers = {{{"3des", 0x03, 24, EVP_des_ede3_ecb, {4, 0, 0}},
                                             {"aes128", 0x08, 16, EVP_aes_128_ecb, {5, 4, 0}},
                                             {"aes192", 0x0a, 24, EVP_aes_192_ecb, {5, 4, 0}},
                                             {"aes256", 0x0c, 32, EVP_aes_256_ecb, {5, 4, 0}}}};
constexpr std::uint8_t kWitness = 0x80;
constexpr std::uint8_t kChallenge = 0x81;
constexpr std::uint8_t kResponse = 0x82;

const Cipher* find_cipher(std::uint8_t id) {
  for (const Cipher& cipher : kCiphers) {
    if (cipher.id == id) return &cipher;
  }
  return nullptr;
}

const Cipher& default_cipher(const Firmware& firmware) { return kCiphers.at(firmware < Firmware{5, 7, 0} ? 0 : 2); }

const Cipher& cipher_named(std::string_view name) {
  for (const Cipher& cipher : kCiphers) {
    if (cipher.name == name) return cipher;
  }
  std::abort();
}

Bytes default_key(std::size_t size) {
  Bytes key(size);
  for (std::size_t i = 0; i < size; ++i) key[i] = static_cast<std::uint8_t>(i % 8 + 1);
  return key;
}

}  // namespace

ManagementKey::ManagementKey(const Firmware& firmware, std::string_view algorithm, std::string_view key_hex) {
  const Cipher& cipher = algorithm.empty() ? default_cipher(firmware) : cipher_named(algorithm);
  algorithm_ = cipher.id;
  key_ = key_hex.empty() ? default_key(cipher.key_size) : parse_hex(key_hex).value();
  if (key_.size() != cipher.key_size) std::abort();
}

Bytes ManagementKey::encrypt(ByteView block) const {
  using Context = sigstore::openssl::Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
  const Context context(EVP_CIPHER_CTX_new());
  Bytes out(block.size());
  int size = 0;
  if (EVP_EncryptInit_ex(context.get(), find_cipher(algorithm_)->cipher(), nullptr, key_.data(), nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_EncryptUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size())) != 1) {
    std::abort();
  }
  return out;
}

std::size_t ManagementKey::block_size() const { return algorithm_ == kCiphers.front().id ? 8 : 16; }

Reply ManagementKey::authenticate(std::uint8_t algorithm, const Tlvs& elements) {
  if (algorithm != algorithm_) return {.status = Status::WrongData};
  const auto witness = elements.find(kWitness);
  const auto challenge = elements.find(kChallenge);
  const auto response = elements.find(kResponse);
  if (witness && witness->empty()) return give_random(kWitness, true);
  if (challenge && challenge->empty()) return give_random(kChallenge, false);
  if (random_.empty()) return {.status = Status::ConditionsNotSatisfied};
  const Bytes expected = std::exchange(random_, {});
  if (witness && challenge && challenge->size() == block_size()) {
    return finish(equal(*witness, expected), tlv(0x7c, tlv(kResponse, encrypt(*challenge))));
  }
  if (response) return finish(equal(*response, encrypt(expected)), {});
  return {.status = Status::WrongData};
}

Reply ManagementKey::give_random(std::uint8_t tag, bool encrypted) {
  authenticated_ = false;
  random_ = random_bytes(block_size());
  return {.data = tlv(0x7c, tlv(tag, encrypted ? encrypt(random_) : random_))};
}

Reply ManagementKey::finish(bool right, Bytes answer) {
  authenticated_ = right;
  if (!right) return {.status = Status::SecurityNotSatisfied};
  return {.data = std::move(answer), .wants_touch = touch_};
}

void ManagementKey::forget_session() {
  authenticated_ = false;
  random_.clear();
}

Status ManagementKey::set(const Firmware& firmware, std::uint8_t algorithm, ByteView key, bool touch) {
  const Cipher* cipher = find_cipher(algorithm);
  if (cipher == nullptr || firmware < cipher->since) return Status::WrongData;
  if (key.size() != cipher->key_size) return Status::WrongLength;
  algorithm_ = algorithm;
  key_ = to_bytes(key);
  touch_ = touch;
  return Status::Ok;
}

Bytes ManagementKey::metadata(const Firmware& firmware) const {
  const bool is_default = algorithm_ == default_cipher(firmware).id && equal(key_, default_key(key_.size()));
  Bytes out = tlv(0x01, Bytes{algorithm_});
  append(out, tlv(0x02, Bytes{0, static_cast<std::uint8_t>(touch_ ? 2 : 1)}));
  append(out, tlv(0x05, Bytes{static_cast<std::uint8_t>(is_default ? 1 : 0)}));
  return out;
}

}  // namespace signet::test
