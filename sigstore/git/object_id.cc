#include "sigstore/git/object_id.h"

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/object.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSha256Digits = 64;

Bytes hashed_form(std::string_view type, ByteView stored) {
  Bytes bytes = to_bytes(std::string(type) + " " + std::to_string(stored.size()));
  bytes.push_back(0);
  append(bytes, stored);
  return bytes;
}

}  // namespace

std::string git_object_name(std::string_view type, ByteView stored) {
  return encode_hex(sha1(hashed_form(type, stored)));
}

bool is_id_of_git_object(std::string_view id, std::string_view type, ByteView stored) {
  if (!is_git_object_id(id)) return false;
  if (id.size() == kSha256Digits) return id == encode_hex(sha256(hashed_form(type, stored)));
  return id == git_object_name(type, stored);
}

}  // namespace signet::sigstore
