// The messages between the agent and a token's process, in both directions.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/reader.h"
#include "protocol/limits.h"
#include "protocol/token_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::protocol;
  const auto parameters =
      signet::json::parse(std::string_view(reinterpret_cast<const char*>(data), size), kMessageLimits);
  if (!parameters) return 0;
  if (const auto request = parse_token_sign_request(*parameters)) {
    const auto again = parse_token_sign_request(request->encode());
    if (!again || again->encode() != request->encode()) std::abort();
  }
  (void)parse_token_generate_request(*parameters);
  (void)parse_token_info_reply(*parameters);
  (void)parse_token_keys_reply(*parameters);
  (void)parse_token_generate_reply(*parameters);
  (void)parse_token_sign_reply(*parameters);
  return 0;
}
