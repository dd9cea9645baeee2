// A bundle from anywhere: what is read is written, and read back as the same; nothing verifies where nobody is trusted.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/bundle/bundle.h"
#include "sigstore/verify/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sigstore;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto bundle = parse_bundle(json);
  if (!bundle) return 0;
  const std::string written = encode_bundle(*bundle);
  const auto again = parse_bundle(written);
  if (!again || encode_bundle(*again) != written) std::abort();
  if (verify_bundle(*bundle, Artifact{}, TrustedRoot{}, IdentityPolicy::anybody_unsafe())) std::abort();
  return 0;
}
