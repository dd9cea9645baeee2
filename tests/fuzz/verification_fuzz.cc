// A whole verification: bundle, trusted root, and whom to expect of which artifact, each of which is anybody's. The
// input is these five, with a NUL between them. Nobody is taken for somebody else, nor one file for another.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sigstore/verify/verifier.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

struct Question {
  std::string_view bundle;
  std::string_view root;
  std::string_view san;
  std::string_view issuer;
  std::string_view digest;  // "sha256:…"
};

Question split(std::string_view input) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = input.find('\0');
    part = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return {.bundle = parts[0], .root = parts[1], .san = parts[2], .issuer = parts[3], .digest = parts[4]};
}

bool speaks_of(const Bundle& bundle, const VerifiedBundle& verified, const Digest& digest) {
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) return message->digest == digest;
  return verified.statement() && find_subject(*verified.statement(), {digest}) != nullptr;
}

void check(const Bundle& bundle, const VerifiedBundle& verified, const Question& question, const Digest& digest) {
  if (verified.san() != question.san || verified.issuer() != question.issuer) std::abort();
  if (!equal(verified.certificate().der(), bundle.certificate)) std::abort();
  if (verified.times().empty() || !verified.identity_was_expected()) std::abort();
  for (const VerifiedTime& time : verified.times()) {
    if (time.time < verified.certificate().not_before() || time.time > verified.certificate().not_after()) std::abort();
  }
  if (!speaks_of(bundle, verified, digest)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Question question = split({reinterpret_cast<const char*>(data), size});
  const auto bundle = parse_bundle(question.bundle);
  if (!bundle) return 0;
  const auto root = parse_trusted_root(question.root);
  const auto policy =
      IdentityPolicy::any_of({{.san = std::string(question.san), .issuer = std::string(question.issuer)}});
  const auto digest = parse_digest(question.digest);
  if (!root || !policy || !digest) return 0;
  const auto verified = verify_bundle(*bundle, Artifact{.digests = {*digest}}, *root, *policy);
  if (verified) check(*bundle, *verified, question, *digest);
  return 0;
}
