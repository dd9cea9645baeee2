// A git signature: the CMS inside its armor, and the log entry inside that.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/git_armor.h"
#include "common/pem.h"
#include "sigstore/git/cms.h"
#include "sigstore/verify/verifier.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

void read_armored(std::string_view armored) {
  const auto cms = parse_git_cms(armored);
  if (!cms) return;
  if (cms->content_digest.algorithm() != cms->hash || cms->attributes.empty()) std::abort();
  if (verify_git_signature({}, armored, TrustedRoot{}, IdentityPolicy::anybody_unsafe())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  read_armored(text_of(input));
  read_armored(encode_pem(kCmsArmor, input));
  if (const auto entry = parse_entry_protobuf(input)) {
    const Bytes written = encode_entry_protobuf(*entry);
    const auto again = parse_entry_protobuf(written);
    if (!again || encode_entry_protobuf(*again) != written) std::abort();
  }
  return 0;
}
