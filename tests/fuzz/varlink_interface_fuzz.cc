// An interface file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/interfaces.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto declared = signet::protocol::parse_interface(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!declared && declared.error().what.empty()) std::abort();
  return 0;
}
