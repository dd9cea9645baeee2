// A call as it comes from the socket: cut out of the stream, read, written, and read again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/framer.h"
#include "protocol/limits.h"
#include "protocol/varlink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::protocol;
  Framer framer(kMaxMessage);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t half = size / 2;
  if (!framer.feed(input.substr(0, half)) || !framer.feed(input.substr(half)) ||
      !framer.feed(std::string_view("\0", 1))) {
    return 0;
  }
  while (const auto message = framer.next()) {
    const auto call = parse_call(*message);
    if (!call) continue;
    std::string text = encode_call(*call);
    if (text.find('\0') != text.size() - 1) std::abort();
    text.pop_back();
    const auto again = parse_call(text);
    if (!again || again->method != call->method || again->parameters != call->parameters) std::abort();
  }
  return 0;
}
