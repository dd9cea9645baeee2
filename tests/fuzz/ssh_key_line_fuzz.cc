// Lines with an SSH key: what is read is the same when it is written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto line = ssh::parse_key_line(text_of(ByteView(data, size)));
  if (!line) return 0;
  const auto again = ssh::parse_key_line(ssh::encode_key_line(line->key, line->comment));
  if (!again || again->key != line->key) std::abort();
  return 0;
}
