// The sandbox's Fulcio: leaves of ten minutes with Fulcio's profile and an embedded SCT. Usable without HTTP.
//
//   CertificateAuthority& ca = sandbox.certificate_authority();
//   auto leaf = ca.issue({.key = key.public_key(), .san = {SanKind::Email, "a@example.test"}, .issuer = url});
//   auto long_lived = ca.issue({…, .lifetime = std::chrono::hours(25)});            exactly one thing is wrong
//   auto no_eku = ca.issue({…, .change = [](CertificateProfile& p) { … }});         whatever else a test needs
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "sandbox/certificate_profile.h"
#include "sandbox/ct_log.h"
#include "sandbox/state.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sandbox {

struct LeafOptions {
  sigstore::PublicKey key;
  sigstore::SubjectAlternativeName san;
  std::string issuer;
  std::optional<WallTime> not_before{};  ///< default: now
  std::chrono::seconds lifetime = std::chrono::minutes(10);
  bool with_sct = true;
  SctOptions sct{};
  bool by_untrusted_ca = false;  ///< by a CA of the same names whose root nobody trusts
  /// The last word on the profile before it is logged and signed; no SCT is in it yet.
  std::function<void(CertificateProfile&)> change{};
};

struct IssuedLeaf {
  Bytes leaf;                                ///< DER
  std::vector<sigstore::Certificate> chain;  ///< intermediate, root
};

class CertificateAuthority {
 public:
  /// `ct_log` and `clock` must outlive it.
  CertificateAuthority(Hierarchy trusted, CtLog& ct_log, const Clock& clock);

  /// @error LogUnavailable  the CT log could not store the precertificate
  [[nodiscard]] Result<IssuedLeaf> issue(const LeafOptions& options);

  /// Root and intermediate.
  [[nodiscard]] const Hierarchy& hierarchy() const { return trusted_; }

 private:
  Hierarchy trusted_;
  Hierarchy untrusted_;
  CtLog& ct_log_;
  const Clock& clock_;
};

}  // namespace signet::sandbox
