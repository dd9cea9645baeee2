// A timestamp as a bundle or an authority brings it: what is read has one form, and nothing verifies where nobody is
// trusted.
#include <cstdint>
#include <cstdlib>

#include "sigstore/verify/timestamp.h"
#include "sigstore/verify/timestamp_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::sigstore;
  const ByteView response(data, size);
  if (verify_timestamp(response, {}, TrustedRoot{})) std::abort();
  static_cast<void>(check_timestamp_reply(response, Bytes{1, 2, 3}));
  // The input itself as a token saves the fuzzer the outer layer.
  for (const Bytes& token : {timestamp_token(response).value_or(Bytes()), to_bytes(response)}) {
    const auto parsed = parse_timestamp_token(token);
    if (!parsed) continue;
    if (parsed->signer_hashes.empty() || parsed->signer.empty()) std::abort();
    if (timestamp_token(timestamp_response_from_token(token)) != token) std::abort();
  }
  return 0;
}
