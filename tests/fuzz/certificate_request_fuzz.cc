// A certificate request as the sandbox's CA reads it: DER inside PEM, from whoever has a token.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/pem.h"
#include "sandbox/certificate_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView bytes(data, size);
  static_cast<void>(sandbox::parse_certificate_request(text_of(bytes)));
  // The DER by itself, so that nothing is lost on base64.
  const auto key = sandbox::parse_certificate_request(encode_pem("CERTIFICATE REQUEST", bytes));
  if (key && key->spki().empty()) std::abort();
  return 0;
}
