// The authorities' own parts of paths that were checked: the same few intermediates stand above every leaf, and their
// signatures are checked once for each process. Private to verify/.
#pragma once

#include <mutex>
#include <vector>

#include "sigstore/encoding/certificate.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Remembers signatures and constraints, which do not change; not whether a certificate was valid at a time, and
/// nothing about leaves that do not stand in the trusted root. Bounded; safe to use from several threads.
class CheckedPaths {
 public:
  /// Those of the process.
  static CheckedPaths& of_process();

  /// What is known to lead from `leaf` to the authority's anchor: from the leaf itself, where the authority has it,
  /// else from a certificate that is named as its issuer. That one did not necessarily sign it. Empty where nothing is
  /// known.
  [[nodiscard]] std::vector<Certificate> find(const Certificate& leaf, const CertificateAuthority& authority) const;

  /// @param path  as find_path() yields it, checked to the authority's anchor
  void remember(const std::vector<Certificate>& path, const CertificateAuthority& authority);

 private:
  struct Known {
    std::vector<Certificate> chain;  // the authority's
    std::vector<Certificate> part;   // of a path, up to the anchor
  };
  mutable std::mutex mutex_;
  std::vector<Known> known_;
};

}  // namespace signet::sigstore
