// The messages between the agent and a token's process, in both directions, the keeper's notes, and the agent's orders.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/reader.h"
#include "protocol/keeper_note.h"
#include "protocol/limits.h"
#include "protocol/token_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::protocol;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = parse_keeper_note(text)) {
    const auto again = parse_keeper_note(note->encode());
    if (!again || again->trouble != note->trouble || again->news != note->news) std::abort();
  }
  if (const auto order = parse_keeper_order(text); order && encode_keeper_order(*order) != text) std::abort();
  const auto parameters = signet::json::parse(text, kMessageLimits);
  if (!parameters) return 0;
  if (const auto request = parse_token_sign_request(*parameters)) {
    const auto again = parse_token_sign_request(request->encode());
    if (!again || again->encode() != request->encode()) std::abort();
  }
  if (const auto request = parse_token_session_sign_request(*parameters)) {
    const auto again = parse_token_session_sign_request(request->encode());
    if (!again || again->encode() != request->encode()) std::abort();
  }
  (void)parse_token_session_key_request(*parameters);
  (void)parse_token_generate_request(*parameters);
  (void)parse_token_info_reply(*parameters);
  (void)parse_token_keys_reply(*parameters);
  (void)parse_token_generate_reply(*parameters);
  (void)parse_token_sign_reply(*parameters);
  return 0;
}
