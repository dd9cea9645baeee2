// Private keys as the card holds them: made or imported, public key in the card's form, the one private operation.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "tests/card/card_setup.h"
#include "tests/card/tlv.h"

struct evp_pkey_st;  // EVP_PKEY, without OpenSSL's headers

namespace signet::test {

using PrivateKey = std::shared_ptr<evp_pkey_st>;

struct KeyAlgorithm {
  std::string_view name;
  std::uint8_t id;
  Firmware since;
};
/// Each yields nullptr where there is none.
[[nodiscard]] const KeyAlgorithm* find_algorithm(std::string_view name);
/// Only what that firmware has.
[[nodiscard]] const KeyAlgorithm* find_algorithm(std::uint8_t id, const Firmware& firmware);

[[nodiscard]] PrivateKey generate_key(const KeyAlgorithm& algorithm);
/// From the elements of IMPORT: 01 to 05 for RSA, 06 for a curve's scalar, 07 for an Ed25519 seed; nullptr where they
/// make no key of that algorithm.
[[nodiscard]] PrivateKey import_key(const KeyAlgorithm& algorithm, const Tlvs& elements);

/// Elements 86, or 81 and 82: what GENERATE wraps into 7F49.
[[nodiscard]] Bytes card_public_key(const KeyAlgorithm& algorithm, const PrivateKey& key);
/// SubjectPublicKeyInfo.
[[nodiscard]] Bytes public_key_info(const PrivateKey& key);

/// ECDSA over a digest (DER), RSA over a whole block, Ed25519 over a message.
///
/// @return  nothing where the input does not fit the algorithm
[[nodiscard]] std::optional<Bytes> use_key(const KeyAlgorithm& algorithm, const PrivateKey& key, ByteView input);

}  // namespace signet::test
