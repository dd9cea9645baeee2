#include "pkcs11/piv/management_key.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "common/random.h"
#include "common/secret.h"
#include "pkcs11/piv/card_login.h"
#include "pkcs11/piv/tlv.h"

namespace signet::pkcs11 {
namespace {

constexpr std::uint8_t kManagementKey = 0x9b;
constexpr std::array<std::uint8_t, 3> kPrinted = {0x5f, 0xc1, 0x09};  // where a PIN-protected key lies
constexpr unsigned kProtected = 0x88;
constexpr unsigned kKey = 0x89;
// Yubico's default, the same bytes for 3DES and AES-192.
constexpr std::array<std::uint8_t, 24> kFactoryKey = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4,
                                                      5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};
constexpr std::string_view kFactoryWarning =
    "the card still has the factory's management key: whoever holds it can replace its keys. Change it: ykman piv "
    "access change-management-key --generate --protect";

using CipherContext =
    std::unique_ptr<EVP_CIPHER_CTX, decltype([](EVP_CIPHER_CTX* context) { EVP_CIPHER_CTX_free(context); })>;

const EVP_CIPHER* evp_of(ManagementCipher cipher) {
  switch (cipher) {
    case ManagementCipher::Aes128:
      return EVP_aes_128_ecb();
    case ManagementCipher::Aes192:
      return EVP_aes_192_ecb();
    case ManagementCipher::Aes256:
      return EVP_aes_256_ecb();
    case ManagementCipher::TripleDes:
      break;
  }
  return EVP_des_ede3_ecb();
}

std::size_t block_size(ManagementCipher cipher) { return cipher == ManagementCipher::TripleDes ? 8 : 16; }

// One block, which ECB is made for.
Result<Bytes> crypt(ManagementCipher cipher, ByteView key, ByteView block, bool encrypt) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* const kind = evp_of(cipher);
  Bytes out(block.size() + 16);
  int size = 0;
  const bool fits = std::cmp_equal(EVP_CIPHER_get_key_length(kind), key.size()) && block.size() == block_size(cipher);
  if (!context || !fits || EVP_CipherInit_ex(context.get(), kind, nullptr, key.data(), nullptr, encrypt ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size())) != 1) {
    return fail(ErrorCode::NotAuthorized, "the management key does not fit the card's cipher", "");
  }
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::unexpected<Error> other_key() {
  return fail(ErrorCode::NotAuthorized, "the card's management key is another one",
              "make keys with the card's own tool, or put its management key behind the PIN: ykman piv access "
              "change-management-key --generate --protect");
}

Command dynamic(ManagementCipher cipher, ByteView content) {
  return {.instruction = 0x87,
          .p1 = static_cast<std::uint8_t>(cipher),
          .p2 = kManagementKey,
          .data = encode_tlv(0x7c, content)};
}

Result<Bytes> exchange(CardExchange& card, const Command& command, unsigned wanted) {
  const auto response = card.send(command);
  if (!response) return fail(response.error());
  const auto content = response->is_good() ? find_tlv(response->data, 0x7c) : std::nullopt;
  const auto found = content ? find_tlv(*content, wanted) : std::nullopt;
  return found ? Result<Bytes>(to_bytes(*found)) : Result<Bytes>(other_key());
}

std::optional<ManagementCipher> cipher_from(std::uint8_t number) {
  for (const auto cipher :
       {ManagementCipher::TripleDes, ManagementCipher::Aes128, ManagementCipher::Aes192, ManagementCipher::Aes256}) {
    if (number == static_cast<std::uint8_t>(cipher)) return cipher;
  }
  return std::nullopt;
}

// The key that the card shows to whoever knows the PIN.
Result<Bytes> read_protected_key(CardExchange& card, KeeperLink& link) {
  if (auto logged_in = log_in_to_card(card, link, protocol::PinPolicy::Once); !logged_in)
    return fail(std::move(logged_in.error()));
  auto object = read_object(card, kPrinted);
  if (!object) return fail(std::move(object.error()));
  const auto holder = *object ? find_tlv(**object, kProtected) : std::nullopt;
  const auto key = holder ? find_tlv(*holder, kKey) : std::nullopt;
  Result<Bytes> found = key ? Result<Bytes>(to_bytes(*key)) : Result<Bytes>(other_key());
  if (*object) wipe((*object)->data(), (*object)->size());
  return found;
}

}  // namespace

Result<void> authenticate_management(CardExchange& card, ManagementCipher cipher, ByteView key) {
  const auto witness = exchange(card, dynamic(cipher, encode_tlv(0x80, {})), 0x80);
  if (!witness) return fail(witness.error());
  const auto proof = crypt(cipher, key, *witness, false);
  if (!proof) return other_key();
  const Bytes challenge = random_bytes(block_size(cipher));
  Bytes content = encode_tlv(0x80, *proof);
  append(content, encode_tlv(0x81, challenge));
  const auto answer = exchange(card, dynamic(cipher, content), 0x82);
  if (!answer) return fail(answer.error());
  const auto expected = crypt(cipher, key, challenge, true);
  if (expected && equal(*expected, *answer)) return {};
  return fail(ErrorCode::WorkerFailed, "the card cannot prove that it has its management key",
              "this may be no card of yours: do not use it");
}

Result<std::optional<std::string>> open_management(CardExchange& card, const Firmware& firmware, KeeperLink& link) {
  ManagementCipher cipher = ManagementCipher::TripleDes;
  bool may_be_factory = true;
  if (firmware >= kHasMetadata) {
    const auto metadata = read_metadata(card, kManagementKey);
    if (!metadata) return fail(metadata.error());
    const auto told = *metadata ? cipher_from((*metadata)->algorithm) : std::nullopt;
    if (told) cipher = *told;
    if (told) may_be_factory = (*metadata)->is_default;
  }
  if (may_be_factory) {
    const auto opened = authenticate_management(card, cipher, kFactoryKey);
    if (opened) return std::optional(std::string(kFactoryWarning));
    if (opened.error().code != ErrorCode::NotAuthorized) return fail(opened.error());
  }
  auto key = read_protected_key(card, link);
  if (!key) return fail(std::move(key.error()));
  auto opened = authenticate_management(card, cipher, *key);
  wipe(key->data(), key->size());
  if (!opened) return fail(std::move(opened.error()));
  return std::optional<std::string>();
}

}  // namespace signet::pkcs11
