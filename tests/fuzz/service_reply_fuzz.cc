// An HTTP reply without success: whatever a service says, one line of safe text comes of it, without the ID token.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/display.h"
#include "sigstore/services/called_service.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kToken = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl";
  const sigstore::CalledService service{.name = "the service",
                                        .url = "https://service.test",
                                        .unavailable = ErrorCode::CaUnavailable,
                                        .refused = ErrorCode::CaRefused};
  for (const char* type : {"text/plain", "application/json"}) {
    sigstore::HttpResponse response;
    response.status = 400;
    response.headers.emplace_back("content-type", type);
    response.body = to_bytes(text);
    const Error error = sigstore::without_token(error_of_reply(service, response), Secret(std::string(kToken)));
    if (display_text(error.what, error.what.size()) != error.what) std::abort();
    if (error.what.find(kToken.substr(0, 16)) != std::string::npos) std::abort();
  }
  return 0;
}
