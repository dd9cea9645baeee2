// An entry bundle of a tiled log: each one has one form.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sigstore/tlog/tile_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sigstore;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const BundleEntries whole = whole_entries(input);
  std::string again;
  for (const signet::ByteView entry : whole.entries) append_bundle_entry(again, entry);
  if (again != input.substr(0, whole.bytes)) std::abort();
  if (split_bundle(input).has_value() != (whole.bytes == size)) std::abort();
  return 0;
}
