// What an sshsig signs: what is read is written back to the byte, and is nothing else that is signed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/login.h"
#include "ssh/sshsig.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView bytes(data, size);
  const auto request = ssh::parse_sshsig_request(bytes);
  if (!request) return 0;
  if (!equal(ssh::encode_sshsig_request(*request), bytes) || ssh::parse_login(bytes)) std::abort();
  return 0;
}
