// A reply as a client reads it: as an error, and as the answer of each method.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/agent_messages.h"
#include "protocol/varlink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::protocol;
  const auto reply = parse_reply(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!reply) return 0;
  if (reply->error && error_from_reply(*reply).what.empty()) std::abort();
  (void)parse_sign_reply(reply->parameters);
  (void)parse_identities_reply(reply->parameters);
  (void)parse_keys_reply(reply->parameters);
  (void)parse_generate_key_reply(reply->parameters);
  (void)parse_login_reply(reply->parameters);
  (void)parse_status_reply(reply->parameters);
  return 0;
}
