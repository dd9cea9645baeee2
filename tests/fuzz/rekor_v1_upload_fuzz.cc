// A proposed entry as the sandbox's Rekor v1 log reads it: what is taken has a body that is read again, and is found by
// something; and searches of its index.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sandbox/rekor_v1_upload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sandbox;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto search = parse_search(text); search && search->terms.empty()) std::abort();
  const auto body = accept_proposal(text);
  if (body && search_terms(*body).size() < 2) std::abort();
  return 0;
}
