// The replies of a Rekor v1 log: what is taken has one proof, one promise, and hashes of the right length.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/services/rekor_v1_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sigstore;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entry = parse_rekor_v1_reply(text);
  if (!entry) return 0;
  const bool whole = entry->proof && !entry->inclusion_promise.empty() && entry->log_id.size() == 32;
  if (!whole || entry->proof->tree_size <= entry->proof->log_index) std::abort();
  return 0;
}
