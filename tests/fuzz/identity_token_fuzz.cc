// An ID token: read, or refused with an error that does not quote it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/base64.h"
#include "sigstore/services/identity_token.h"

namespace {

void parse(std::string jwt) {
  using namespace signet;
  const auto token =
      sigstore::IdentityToken::parse(Secret(std::move(jwt)), "sigstore", wall_time_from_unix(1'800'000'000));
  if (token && (token->subject().empty() || token->issuer().empty())) std::abort();
  if (!token && token.error().what.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse(std::string(reinterpret_cast<const char*>(data), size));
  parse("e30." + signet::encode_base64url({data, size}) + ".c2ln");  // so that the claims are reached
  return 0;
}
