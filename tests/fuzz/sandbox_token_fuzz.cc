// An ID token as the sandbox's CA reads it, and its claims under a good signature.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/base64.h"
#include "sandbox/token_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::sandbox;
  static const OidcIssuer issuer(SoftwareKey::generate(), "http://127.0.0.1:20001");
  static const std::string header = encode_base64url(bytes_of(R"({"alg":"ES256"})"));
  const WallTime now = wall_time_from_unix(1'800'000'000);
  const ByteView bytes(data, size);
  if (check_token(text_of(bytes), issuer, now)) std::abort();  // nobody but the issuer has its key
  const std::string text = header + "." + encode_base64url(bytes);
  const std::string token = text + "." + encode_base64url(issuer.key().sign_jws(bytes_of(text)));
  const auto identity = check_token(token, issuer, now);
  if (identity && !is_email_address(identity->email)) std::abort();
  return 0;
}
