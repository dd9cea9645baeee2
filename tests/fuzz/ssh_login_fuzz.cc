// What an SSH login signs: what is read is written back to the byte, and is nothing else that is signed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/login.h"
#include "ssh/sshsig.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView bytes(data, size);
  const auto login = ssh::parse_login(bytes);
  if (!login) return 0;
  if (!equal(ssh::encode_login(*login), bytes) || ssh::parse_sshsig_request(bytes)) std::abort();
  return 0;
}
