// Bindings of SSH sessions: what is read is written back to the byte.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/session_bind.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView contents(data, size);
  const auto bind = ssh::parse_session_bind(contents);
  if (!bind) return 0;
  if (!equal(ssh::encode_session_bind(*bind), contents)) std::abort();
  (void)ssh::verify_session_bind(*bind);
  return 0;
}
