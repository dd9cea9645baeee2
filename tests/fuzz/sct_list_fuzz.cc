// SCTs as a certificate brings them: each is a part of the list, and what is left over is told.
#include <cstdint>
#include <cstdlib>

#include "sigstore/verify/sct_list.h"

namespace {

using signet::ByteView;

bool is_within(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView list(data, size);
  const auto scts = signet::sigstore::parse_sct_list(list);
  if (!scts) return 0;
  if (scts->empty()) std::abort();
  std::size_t used = 2;
  for (const auto& sct : *scts) {
    if (sct.log_id.size() != 32) std::abort();
    for (const ByteView part : {sct.log_id, sct.extensions, sct.signature}) {
      if (!is_within(part, list)) std::abort();
    }
    // Length, version, log id, time, two lengths, two algorithms.
    used += 2 + 1 + 32 + 8 + 2 + sct.extensions.size() + 2 + 2 + sct.signature.size();
  }
  if (used > size) std::abort();
  return 0;
}
