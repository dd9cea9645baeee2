// SSH key blobs: each key has one, and one line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView blob(data, size);
  const auto key = ssh::parse_key_blob(blob);
  if (!key) return 0;
  if (!equal(ssh::encode_key_blob(*key), blob)) std::abort();
  const auto line = ssh::parse_key_line(ssh::encode_key_line(*key, ""));
  if (!line || line->key != *key) std::abort();
  return 0;
}
