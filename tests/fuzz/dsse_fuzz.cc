// A DSSE envelope in a bundle: the payload's type, a NUL, and the payload. What is signed says both exactly, and what a
// verifier reads of it is read of the payload alone.
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/verify/content_check.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

// A decimal and a blank off the front of `text`, and as many bytes.
std::string_view take(std::string_view& text) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || *end != ' ') std::abort();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  const std::string_view taken = text.substr(0, length);
  if (taken.size() != length) std::abort();
  text.remove_prefix(length);
  return taken;
}

void check_pae(std::string_view type, ByteView payload) {
  const Bytes pae = encode_pae(type, payload);
  std::string_view rest = text_of(pae);
  if (!rest.starts_with("DSSEv1 ")) std::abort();
  rest.remove_prefix(7);
  if (take(rest) != type || !rest.starts_with(' ')) std::abort();
  rest.remove_prefix(1);
  if (take(rest) != text_of(payload) || !rest.empty()) std::abort();
}

// As little else as a bundle can have.
Bundle bundle_with(DsseEnvelope envelope) {
  static const Bundle frame =
      parse_bundle(R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",)"
                   R"("verificationMaterial":{"certificate":{"rawBytes":"AQ=="}},)"
                   R"("dsseEnvelope":{"payload":"","payloadType":"x","signatures":[{"sig":"AQ=="}]}})")
          .value();
  Bundle bundle = frame;
  bundle.content = std::move(envelope);
  return bundle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  if (end == std::string_view::npos) return 0;
  const std::string_view type = input.substr(0, end);
  const ByteView payload = bytes_of(input.substr(end + 1));
  check_pae(type, payload);
  const Bundle bundle =
      bundle_with({.payload = to_bytes(payload), .payload_type = std::string(type), .signature = {1}, .key_id = {}});
  const auto statement = check_statement(bundle, payload);
  if (statement && type != kInTotoPayloadType) std::abort();
  if (check_artifact(bundle, Artifact{})) std::abort();
  if (const auto read = parse_bundle(encode_bundle(bundle))) {
    const auto& envelope = std::get<DsseEnvelope>(read->content);
    if (envelope.payload_type != type || !equal(envelope.payload, payload)) std::abort();
  }
  return 0;
}
