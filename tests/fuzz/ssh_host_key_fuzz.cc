// Keys of SSH hosts, certified or not: what is read is a plain key, which is read again as itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/host_key.h"
#include "ssh/key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView blob(data, size);
  const auto key = ssh::parse_host_key_blob(blob);
  if (!key) return 0;
  const Bytes plain = ssh::encode_key_blob(*key);
  const auto again = ssh::parse_key_blob(plain);
  if (!again || *again != *key) std::abort();
  if (plain.size() == size && !equal(plain, blob)) std::abort();
  return 0;
}
