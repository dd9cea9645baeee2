// The replies of a transparency log: an entry, the index of one that exists, a tile.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/writer.h"
#include "sigstore/services/rekor_reply.h"
#include "sigstore/services/tile_proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sigstore;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto entry = parse_rekor_reply(text)) {
    const auto again = parse_rekor_reply(signet::json::write(encode_log_entry(*entry)));
    if (!again || again->canonicalized_body != entry->canonicalized_body) std::abort();
  }
  if (const auto index = parse_log_index(text); index && std::to_string(*index) != text) std::abort();
  const auto width = static_cast<unsigned>(size % kTileWidth + 1);
  if (const auto tile = parse_tile({data, size}, width); tile && tile->size() != width) std::abort();
  return 0;
}
