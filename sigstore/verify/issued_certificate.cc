#include "sigstore/verify/issued_certificate.h"

#include <array>
#include <chrono>
#include <utility>

#include "sigstore/verify/chain.h"
#include "sigstore/verify/leaf_profile.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/sct.h"

namespace signet::sigstore {
namespace {

/// D2b: a certificate is for now, not for a career.
constexpr std::chrono::hours kMaxLifetime{24};
/// A certificate begins by the CA's clock at the second of its issue; ours may be that far behind (D15).
constexpr std::chrono::minutes kClockLeeway{5};

std::unexpected<Error> refuse(const std::string& why) {
  return fail(ErrorCode::CaRefused, "the CA issued something else than was asked for: " + why,
              "nothing was signed with it; tell the operator of the CA");
}

std::unexpected<Error> refuse(const Refusal& refusal) { return refuse(error_from_refusal(refusal).what); }

// Now, or where our clock is a little behind the CA's, the moment that the CA calls now.
WallTime time_of_issue(const Certificate& leaf, WallTime now) {
  const bool is_behind = now < leaf.not_before() && leaf.not_before() - now <= kClockLeeway;
  return is_behind ? leaf.not_before() : now;
}

Result<void> check_lifetime(const Certificate& leaf, WallTime now) {
  if (leaf.not_after() - leaf.not_before() > kMaxLifetime) {
    return refuse("it is valid for more than 24 hours, from " + encode_rfc3339(leaf.not_before()) + " to " +
                  encode_rfc3339(leaf.not_after()));
  }
  if (now < leaf.not_before() || now > leaf.not_after()) {
    return fail(ErrorCode::CaRefused,
                "the CA's certificate is valid from " + encode_rfc3339(leaf.not_before()) + " to " +
                    encode_rfc3339(leaf.not_after()) + ", and it is " + encode_rfc3339(now),
                "set this machine's clock");
  }
  return {};
}

}  // namespace

Result<VerifiedCertificate> verify_issued_certificate(const Certificate& leaf, const PublicKey& key,
                                                      std::string_view san, std::string_view issuer,
                                                      const TrustedRoot& root, WallTime now) {
  if (leaf.public_key() != key) {
    return refuse("its key is " + leaf.public_key().pin() + ", not " + key.pin());
  }
  const std::array<WallTime, 1> times{time_of_issue(leaf, now)};
  if (auto good = check_lifetime(leaf, times[0]); !good) return fail(std::move(good.error()));
  const auto chain = verify_chain(leaf, root, times);
  if (!chain) return refuse(chain.error());
  if (const auto scts = verify_scts(leaf, chain->issuer(), root); !scts) return refuse(scts.error());
  auto profile = verify_leaf_profile(leaf);
  if (!profile) return refuse(profile.error());
  const auto expected = IdentityPolicy::any_of({{.san = std::string(san), .issuer = std::string(issuer)}});
  if (!expected) return fail(expected.error());
  if (const auto same = check_identity(*expected, *profile); !same) return refuse(same.error());
  return VerifiedCertificate(leaf, std::move(profile->san), std::move(profile->issuer));
}

}  // namespace signet::sigstore
