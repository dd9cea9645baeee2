// Metadata of a TUF repository, and the canonical JSON that it is signed in: one form, and nobody but the keys of a
// root makes the next one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "json/reader.h"
#include "sigstore/trust/shipped.h"
#include "sigstore/tuf/canonical_json.h"
#include "sigstore/tuf/metadata.h"
#include "sigstore/tuf/trusted_set.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

// What is written reads as the same, but for control characters, which stand in it as they are and are no JSON then.
void read_canonical(std::string_view text) {
  const auto value = json::parse(text);
  if (!value) return;
  const auto written = tuf::encode_canonical(*value);
  if (!written) return;
  const auto again = json::parse(*written);
  if (again && tuf::encode_canonical(*again).value() != *written) std::abort();
}

void read_files(std::string_view text) {
  if (const auto root = tuf::parse_root(text); root && root->content.header.version < 1) std::abort();
  if (const auto timestamp = tuf::parse_timestamp(text); timestamp && timestamp->content.snapshot.version < 1) {
    std::abort();
  }
  static_cast<void>(tuf::parse_snapshot(text));
  const auto targets = tuf::parse_targets(text);
  if (!targets) return;
  for (const tuf::Delegation& delegation : targets->content.delegations_for("trusted_root.json")) {
    if (!targets->content.bins && !delegation.covers("trusted_root.json")) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto anchored = tuf::TrustedSet::begin(shipped_tuf_root("public-good").value(), std::nullopt).value();
  read_canonical(text);
  read_files(text);
  auto trusted = anchored;
  if (trusted.add_root(text)) std::abort();  // of the shipped root's successor there is no seed
  static_cast<void>(tuf::TrustedSet::begin(text, std::nullopt));
  if (trusted.end_roots() && trusted.add_timestamp(text)) std::abort();
  return 0;
}
