#include "sigstore/verify/path.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sigstore/encoding/openssl.h"
#include "sigstore/verify/checked_paths.h"

namespace signet::sigstore {
namespace {

using Kind = PathProblem::Kind;

/// OpenSSL's level of 112 bits: SHA-224 and RSA-2048 at the least.
constexpr int kSecurityLevel = 2;

Kind kind_of(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
      return Kind::OtherAuthority;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return Kind::BadSignature;
    default:
      return Kind::Invalid;
  }
}

// OpenSSL's path holds the very objects that it was given. Empty where one is none of them.
std::vector<Certificate> path_of(X509_STORE_CTX* context, const Certificate& leaf,
                                 const std::vector<Certificate>& chain) {
  std::vector<Certificate> path = {leaf};
  const STACK_OF(X509)* found = X509_STORE_CTX_get0_chain(context);
  for (int i = 1; i < sk_X509_num(found); ++i) {
    const auto given = std::ranges::find(chain, sk_X509_value(found, i), &Certificate::native);
    if (given == chain.end()) return {};
    path.push_back(*given);
  }
  return path;
}

// Both ends belong to a certificate's validity (RFC 5280 §4.1.2.5); OpenSSL's own check leaves the last second out.
std::optional<PathProblem> find_invalid_time(const std::vector<Certificate>& path, WallTime time) {
  for (const Certificate& each : path) {
    if (time < each.not_before()) return PathProblem{Kind::NotValidThen, "certificate is not yet valid"};
    if (time > each.not_after()) return PathProblem{Kind::NotValidThen, "certificate has expired"};
  }
  return std::nullopt;
}

// By OpenSSL, from `leaf` to an anchor; whatever stands between is in `chain`.
std::variant<std::vector<Certificate>, PathProblem> build_path(const Certificate& leaf, const Certificate& anchor,
                                                               const std::vector<Certificate>& chain) {
  const openssl::ErrorScope errors;
  const auto no_memory = [&errors] {
    return PathProblem{.kind = Kind::Invalid, .why = "OpenSSL cannot begin to look for a path: " + errors.reason()};
  };
  const openssl::X509Store store(X509_STORE_new());
  const openssl::X509StoreContext context(X509_STORE_CTX_new());
  const openssl::Certificates between(sk_X509_new_null());
  if (!store || !context || !between || X509_STORE_add_cert(store.get(), anchor.native()) != 1) return no_memory();
  for (const Certificate& each : chain) {
    if (X509_add_cert(between.get(), each.native(), X509_ADD_FLAG_UP_REF) != 1) return no_memory();
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf.native(), between.get()) != 1) return no_memory();
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  if (X509_verify_cert(context.get()) != 1) {
    const int error = X509_STORE_CTX_get_error(context.get());
    return PathProblem{.kind = kind_of(error), .why = X509_verify_cert_error_string(error)};
  }
  std::vector<Certificate> path = path_of(context.get(), leaf, chain);
  if (path.empty()) return PathProblem{.kind = Kind::Invalid, .why = "a certificate that nobody gave"};
  return path;
}

// The path by what is known of the authority; nothing where that does not lead to the leaf.
std::optional<std::vector<Certificate>> known_path(const Certificate& leaf, const CertificateAuthority& authority) {
  std::vector<Certificate> known = CheckedPaths::of_process().find(leaf, authority);
  if (known.empty() || known.front() == leaf) return known.empty() ? std::nullopt : std::optional(std::move(known));
  if (std::holds_alternative<PathProblem>(build_path(leaf, known.front(), {known.front()}))) return std::nullopt;
  known.insert(known.begin(), leaf);
  return known;
}

}  // namespace

std::variant<std::vector<Certificate>, PathProblem> find_path(const Certificate& leaf,
                                                              const CertificateAuthority& authority, WallTime time) {
  if (authority.chain.empty()) return PathProblem{Kind::OtherAuthority, "the authority has no certificate"};
  auto known = known_path(leaf, authority);
  std::variant<std::vector<Certificate>, PathProblem> found =
      known ? std::move(*known) : build_path(leaf, authority.chain.back(), authority.chain);
  const auto* path = std::get_if<std::vector<Certificate>>(&found);
  if (path == nullptr) return found;
  if (!known) CheckedPaths::of_process().remember(*path, authority);
  if (auto problem = find_invalid_time(*path, time)) return std::move(*problem);
  return found;
}

bool may_issue_for(std::string_view purpose, const std::vector<Certificate>& path) {
  for (std::size_t i = 1; i + 1 < path.size(); ++i) {
    const Certificate& each = path[i];
    if (each.extension(oid::kExtendedKeyUsage) && !each.has_extended_key_usage(purpose) &&
        !each.has_extended_key_usage(oid::kAnyPurpose)) {
      return false;
    }
  }
  return true;
}

}  // namespace signet::sigstore
