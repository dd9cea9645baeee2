// A git object, signed or not: its bytes stay what they are, and what is signed is an object in its own right.
#include <cstdint>
#include <cstdlib>

#include "sigstore/git/object.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::sigstore;
  const ByteView bytes(data, size);
  if (const auto object = parse_git_object(bytes, size)) {
    if (!equal(object->bytes, bytes)) std::abort();
    static_cast<void>(object->committer_email());
    static_cast<void>(object->summary());
  }
  if (const auto split = split_signed_git_object(bytes)) {
    if (!parse_git_object(split->payload, split->payload.size())) std::abort();
    if (split->payload.size() > size) std::abort();
  }
  return 0;
}
