// PKCS#11 URIs of keys: what is read means the same when it is written and read again.
#include <cstddef>
#include <cstdint>

#include "common/bytes.h"
#include "config/configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto uri = config::parse_key_uri(text_of(ByteView(data, size)));
  if (!uri) return 0;
  const auto again = config::parse_key_uri(config::encode_key_uri(uri->token, uri->serial, uri->object, uri->id));
  if (!again || again->token != uri->token || again->serial != uri->serial || again->object != uri->object ||
      again->id != uri->id) {
    __builtin_trap();
  }
  return 0;
}
