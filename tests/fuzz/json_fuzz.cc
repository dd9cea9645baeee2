// A document as it comes from anywhere: what the strict reader takes is written and read back as the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/reader.h"
#include "json/writer.h"

namespace {

using signet::json::Value;

// Doubles are compared by what is written: the reader may be a last digit off.
bool has_double(const Value& value) {
  if (value.as_double() != nullptr) return true;
  if (const auto* array = value.as_array()) {
    for (const Value& item : *array) {
      if (has_double(item)) return true;
    }
  }
  if (const auto* object = value.as_object()) {
    for (const auto& member : object->members()) {
      if (has_double(member.second)) return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = signet::json::parse({reinterpret_cast<const char*>(data), size},
                                         {.bytes = 1U << 16U, .depth = 32, .values = 5000});
  if (!value) return 0;
  for (const std::string& text : {write(*value), write_indented(*value), write_canonical(*value)}) {
    const auto again = signet::json::parse(text);
    if (!again) std::abort();
    if (!has_double(*value) && write_canonical(*again) != write_canonical(*value)) std::abort();
  }
  return 0;
}
