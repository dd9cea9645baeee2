// Signature files of ssh-keygen: what is read is the same when it is written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/sshsig.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto signature = ssh::parse_sshsig_file(text_of(ByteView(data, size)));
  if (!signature) return 0;
  const auto again = ssh::parse_sshsig_file(ssh::encode_sshsig_file(*signature));
  if (!again || again->key != signature->key || again->name_space != signature->name_space ||
      again->hash != signature->hash || again->signature != signature->signature) {
    std::abort();
  }
  (void)ssh::verify_sshsig(*signature, signature->name_space, ByteView());
  return 0;
}
