// The replies of Rekor v1's index: what is taken are UUIDs that may stand in a URL.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/services/rekor_v1_search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto uuids = signet::sigstore::parse_index_reply(text);
  if (!uuids) return 0;
  for (const std::string& uuid : *uuids) {
    if (uuid.size() != 64 && uuid.size() != 80) std::abort();
    if (uuid.find_first_not_of("0123456789abcdef") != std::string::npos) std::abort();
  }
  return 0;
}
