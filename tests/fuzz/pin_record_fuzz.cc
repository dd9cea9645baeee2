// What passes between the program that asked for a PIN and the keeper, in both directions.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/pin_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  if (const auto head = protocol::parse_pin_record_head(ByteView(data, size))) {
    const auto again = protocol::parse_pin_record_head(head->encode());
    if (!again || *again != *head || head->length == 0 || head->length > protocol::kMaxEnteredPin) std::abort();
  }
  const auto answer = protocol::parse_pin_answer({reinterpret_cast<const char*>(data), size});
  if (!answer && answer.error().code == ErrorCode::InvalidRequest) {
    if (protocol::parse_pin_answer(protocol::encode_pin_answer(fail(answer.error())))) std::abort();
  }
  return 0;
}
