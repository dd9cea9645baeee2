// The body of a log entry of any kind: the forms that are written have one encoding.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "sigstore/tlog/log_body.h"

namespace {

using namespace signet::sigstore;

// Rekor's PEM may be broken into lines in any way, so what was read need not be what is written, but reads as the same.
void write_and_read_again(const LogBody& body) {
  if (const auto* record = std::get_if<HashedRekordV1>(&body)) {
    const std::string written = encode_hashedrekord_v1(*record);
    const auto again = parse_log_body("hashedrekord", "0.0.1", signet::bytes_of(written));
    if (!again || encode_hashedrekord_v1(std::get<HashedRekordV1>(*again)) != written) std::abort();
  }
  if (const auto* record = std::get_if<DsseRecord>(&body)) {
    const std::string written = encode_dsse_v1(*record);
    const auto again = parse_log_body("dsse", "0.0.1", signet::bytes_of(written));
    if (!again || encode_dsse_v1(std::get<DsseRecord>(*again)) != written) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kKinds = {
      {{"hashedrekord", "0.0.1"}, {"hashedrekord", "0.0.2"}, {"dsse", "0.0.1"}, {"intoto", "0.0.2"}}};
  for (const auto& [kind, version] : kKinds) {
    if (const auto body = parse_log_body(kind, version, std::span(data, size))) write_and_read_again(*body);
  }
  return 0;
}
