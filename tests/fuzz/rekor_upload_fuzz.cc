// An upload as the sandbox's log reads it: what is taken has one canonical body.
#include <cstdint>
#include <cstdlib>

#include "sandbox/rekor_log.h"
#include "sandbox/rekor_upload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto record = sandbox::parse_upload(text_of(ByteView(data, size)));
  if (!record) return 0;
  static_cast<void>(sandbox::check_record(*record));
  const std::string body = sigstore::encode_hashedrekord_v2(*record);
  const auto again = sigstore::parse_hashedrekord_v2(bytes_of(body));
  if (!again || sigstore::encode_hashedrekord_v2(*again) != body) std::abort();
  return 0;
}
