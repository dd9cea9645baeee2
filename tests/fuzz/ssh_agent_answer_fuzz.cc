// What another SSH agent answers: what is read is written back to the byte.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/agent_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView message(data, size);
  if (const auto identities = ssh::parse_identities_answer(message)) {
    const auto again = ssh::encode_identities_answer(*identities);
    if (again && !equal(*again, message)) std::abort();
  }
  if (const auto signature = ssh::parse_sign_response(message)) {
    if (!equal(ssh::encode_sign_response(*signature), message)) std::abort();
  }
  return 0;
}
