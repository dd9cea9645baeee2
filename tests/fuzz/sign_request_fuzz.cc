// The parameters of org.signet.Agent's calls; a Sign request that was read is written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/reader.h"
#include "protocol/agent_messages.h"
#include "protocol/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::protocol;
  auto parameters = signet::json::parse(std::string_view(reinterpret_cast<const char*>(data), size), kMessageLimits);
  if (!parameters) return 0;
  if (const auto request = parse_sign_request(*parameters)) {
    const auto again = parse_sign_request(request->encode());
    if (!again || again->encode() != request->encode()) std::abort();
  }
  (void)parse_keys_request(*parameters);
  (void)parse_generate_key_request(*parameters);
  (void)parse_logout_request(*parameters);
  (void)parse_login_request(*parameters);
  return 0;
}
