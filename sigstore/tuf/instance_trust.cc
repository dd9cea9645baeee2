#include "sigstore/tuf/instance_trust.h"

#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/owned_path.h"
#include "sigstore/trust/shipped.h"

namespace signet::sigstore::tuf {
namespace {

std::string remedy_for(const TrustSource& source) { return "signet trust update " + source.name; }

// Nothing where no update has ended yet.
Result<std::optional<VerifiedCopy>> read_copy(const std::filesystem::path& file, const Anchor& anchor,
                                              const TrustSource& source) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  auto text = read_owned_file(file, kMaxVerifiedCopy);
  if (!text) return fail(std::move(text.error()));
  auto copy = open_copy(*text, anchor.root, anchor.url);
  if (!copy) {
    copy.error().remedy = remedy_for(source);
    return fail(std::move(copy.error()));
  }
  if (!copy->files.contains(kTrustedRootTarget)) {
    return fail(ErrorCode::NotVerified, "the stored copy holds no " + std::string(kTrustedRootTarget),
                remedy_for(source));
  }
  return std::move(*copy);
}

InstanceTrust trust_in(VerifiedCopy copy) {
  InstanceTrust trust{.trusted_root = copy.files.find(kTrustedRootTarget)->second};
  if (const auto services = copy.files.find(kSigningConfigTarget); services != copy.files.end()) {
    trust.signing_config = services->second;
  }
  trust.copy = std::move(copy);
  return trust;
}

}  // namespace

Result<Anchor> read_anchor(const TrustSource& source) {
  if (!source.url.empty()) {
    auto root = read_owned_file(source.root, kMaxRoot);
    if (!root) return fail(std::move(root.error()).during("reading the TUF root of instance " + source.name));
    return Anchor{.url = source.url, .root = std::move(*root)};
  }
  const auto shipped = shipped_instance(source.name);
  if (shipped) return Anchor{.url = std::string(shipped->tuf_url), .root = std::string(shipped->tuf_root)};
  return fail(ErrorCode::InvalidRequest, "signet ships no root of an instance " + display_text(source.name, 60));
}

Result<InstanceTrust> read_instance_trust(const TrustSource& source, const std::filesystem::path& cache) {
  const auto anchor = read_anchor(source);
  if (!anchor) return fail(anchor.error());
  auto copy = read_copy(store_folder(cache, *anchor) / kVerifiedCopy, *anchor, source);
  if (copy && *copy) return trust_in(std::move(**copy));
  const auto shipped = source.url.empty() ? shipped_instance(source.name) : std::nullopt;
  if (shipped) {
    InstanceTrust trust{.trusted_root = std::string(shipped->trusted_root),
                        .signing_config = std::string(shipped->signing_config)};
    if (!copy) trust.why_shipped = std::move(copy.error());
    return trust;
  }
  if (!copy) return fail(std::move(copy.error()));
  return fail(ErrorCode::InvalidRequest,
              "the trusted root of instance " + source.name + " was never fetched from " + display_text(anchor->url),
              remedy_for(source));
}

}  // namespace signet::sigstore::tuf
