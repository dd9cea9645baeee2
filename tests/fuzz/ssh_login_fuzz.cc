// What an SSH login signs: what is read is nothing else that is signed, is written back to the byte where the host
// shows its plain key, and is read again as the same where it shows a certificate.
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
  if (ssh::parse_sshsig_request(bytes)) std::abort();
  const Bytes plain = ssh::encode_login(*login);
  const auto again = ssh::parse_login(plain);
  if (!again || ssh::encode_login(*again) != plain) std::abort();
  if (plain.size() == size && !equal(plain, bytes)) std::abort();
  return 0;
}
