// Bindings of SSH sessions: what is read is written back to the byte, where the host shows its plain key, and is read
// again as the same where it shows a certificate.
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
  const Bytes plain = ssh::encode_session_bind(*bind);
  const auto again = ssh::parse_session_bind(plain);
  if (!again || ssh::encode_session_bind(*again) != plain) std::abort();
  if (plain.size() == size && !equal(plain, contents)) std::abort();
  (void)ssh::verify_session_bind(*bind);
  return 0;
}
