#include "sigstore/verify/checked_paths.h"

#include <algorithm>
#include <utility>

namespace signet::sigstore {
namespace {

// A trusted root has a handful of authorities; a process that sees more of them checks their paths each time.
constexpr std::size_t kMost = 64;

constexpr std::string_view kNameConstraints = "2.5.29.30";

// A certificate that constrains names has to be asked about each leaf anew (RFC 5280 §4.2.1.10).
bool constrains_names(const Certificate& certificate) { return certificate.extension(kNameConstraints).has_value(); }

bool is_in(const CertificateAuthority& authority, const Certificate& certificate) {
  return std::ranges::find(authority.chain, certificate) != authority.chain.end();
}

}  // namespace

CheckedPaths& CheckedPaths::of_process() {
  static CheckedPaths paths;
  return paths;
}

std::vector<Certificate> CheckedPaths::find(const Certificate& leaf, const CertificateAuthority& authority) const {
  const std::scoped_lock lock(mutex_);
  const Bytes issuer = leaf.issuer_name();
  for (const Known& known : known_) {
    const Certificate& first = known.part.front();
    if (known.chain == authority.chain && (first == leaf || first.subject_name() == issuer)) return known.part;
  }
  return {};
}

void CheckedPaths::remember(const std::vector<Certificate>& path, const CertificateAuthority& authority) {
  const auto first = is_in(authority, path.front()) ? path.begin() : path.begin() + 1;
  std::vector<Certificate> part(first, path.end());
  // An anchor alone has nothing above it that could be left out.
  if (part.size() < 2 || std::any_of(part.begin() + 1, part.end(), constrains_names)) return;
  const std::scoped_lock lock(mutex_);
  const auto is_known = [&](const Known& known) { return known.part == part && known.chain == authority.chain; };
  if (known_.size() >= kMost || std::ranges::any_of(known_, is_known)) return;
  known_.push_back({.chain = authority.chain, .part = std::move(part)});
}

}  // namespace signet::sigstore
