// A stream of an SSH client: cut into the same messages in one piece and byte by byte, and each is read as it is
// written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/bytes.h"
#include "ssh/agent_messages.h"
#include "ssh/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const ByteView stream(data, size);
  ssh::Frames whole;
  ssh::Frames pieces;
  const bool fed = whole.feed(stream).has_value();
  bool fed_pieces = true;
  for (std::size_t i = 0; i < size && fed_pieces; ++i) fed_pieces = pieces.feed(stream.subspan(i, 1)).has_value();
  if (fed != fed_pieces) std::abort();
  while (const auto message = whole.next()) {
    if (pieces.next() != message) std::abort();
    const auto request = ssh::parse_agent_request(*message);
    if (!request) continue;
    if (const auto* sign = std::get_if<ssh::SignRequest>(&*request)) {
      if (ssh::encode_agent_request(*sign) != *message) std::abort();
    } else if (const auto* extension = std::get_if<ssh::ExtensionRequest>(&*request)) {
      if (ssh::encode_agent_request(*extension) != *message) std::abort();
    }
  }
  if (pieces.next() || whole.in_message() != pieces.in_message()) std::abort();
  return 0;
}
