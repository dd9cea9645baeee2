#include "sigstore/git/object_id.h"

#include <string>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/object.h"

namespace signet::sigstore {

bool is_id_of_git_object(std::string_view id, std::string_view type, ByteView bytes) {
  if (!is_git_object_id(id)) return false;
  Bytes whole = to_bytes(std::string(type) + " " + std::to_string(bytes.size()));
  whole.push_back(0);
  append(whole, bytes);
  constexpr std::size_t kSha1Digits = 40;
  return id == (id.size() == kSha1Digits ? encode_hex(sha1(whole)) : encode_hex(sha256(whole)));
}

}  // namespace signet::sigstore
