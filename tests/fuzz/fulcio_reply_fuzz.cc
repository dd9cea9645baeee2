// The reply of a certificate authority: a certificate, or an error that a person may read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/services/fulcio_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto leaf = signet::sigstore::parse_fulcio_reply(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!leaf && leaf.error().what.empty()) std::abort();
  if (leaf && leaf->der().empty()) std::abort();
  return 0;
}
