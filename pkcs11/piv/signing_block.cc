#include "pkcs11/piv/signing_block.h"

#include <utility>

namespace signet::pkcs11 {

Result<Bytes> signing_block(const PublicKey& key, const SignInput& input) {
  auto scheme = scheme_for(key, input);
  if (!scheme) return fail(std::move(scheme.error()));
  if (scheme->family == SignatureFamily::Ed25519 && scheme->data.size() > kMaxPivMessage) {
    return fail(ErrorCode::LimitExceeded,
                "a card signs messages of at most " + std::to_string(kMaxPivMessage) + " bytes with an Ed25519 key",
                "use a key of another kind");
  }
  if (scheme->family != SignatureFamily::Rsa) return std::move(scheme->data);
  // EMSA-PKCS1-v1_5: 00 01, ff..., 00, DigestInfo. The smallest modulus of scheme_for() leaves room for it.
  Bytes block(scheme->size, 0xff);
  block[0] = 0x00;
  block[1] = 0x01;
  block[block.size() - scheme->data.size() - 1] = 0x00;
  std::copy(scheme->data.begin(), scheme->data.end(), block.end() - std::ssize(scheme->data));
  return block;
}

}  // namespace signet::pkcs11
