// A certificate of anybody: our own reading of its bytes and OpenSSL's tell the same, and what is cut out of it for an
// SCT is what was there.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/certificate_layout.h"
#include "sigstore/verify/leaf_profile.h"
#include "sigstore/verify/sct.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

void read_extensions(const Certificate& certificate) {
  const auto identity = verify_leaf_profile(certificate);
  const auto name = certificate.subject_alternative_name();
  const auto issuer = certificate.oidc_issuer();
  if (identity && (identity->san != name->value || identity->issuer != *issuer || certificate.is_ca())) std::abort();
  if (name && name->value.empty()) std::abort();
  if (verify_scts(certificate, certificate, TrustedRoot{})) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView der(data, size);
  const auto layout = parse_certificate_layout(der);
  const auto certificate = Certificate::from_der(der);
  if (!certificate) return 0;
  if (!layout || !equal(certificate->der(), der)) std::abort();
  if (!equal(certificate->issuer_name(), layout->issuer) || !equal(certificate->subject_name(), layout->subject)) {
    std::abort();
  }
  const auto whole = certificate->tbs_without({});
  const auto cut = certificate->tbs_without({oid::kSctList, oid::kCtPoison});
  if (!whole || !cut || !equal(*whole, layout->tbs) || cut->size() > whole->size()) std::abort();
  const auto again = Certificate::from_pem(certificate->pem());
  if (!again || !(*again == *certificate)) std::abort();
  read_extensions(*certificate);
  return 0;
}
