// A line of the audit log as somebody may have written it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = signet::audit::parse_line({reinterpret_cast<const char*>(data), size});
  if (line && line->sequence < 0) std::abort();
  return 0;
}
