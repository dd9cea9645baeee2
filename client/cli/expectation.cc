#include "client/cli/expectation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/nearest.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::cli {
namespace {

using sigstore::Claim;
using sigstore::ClaimName;
using sigstore::ExpectedIdentity;
using sigstore::ExpectedText;
using sigstore::IdentityPolicy;
using sigstore::PublicKey;
using sigstore::SanKind;

constexpr std::size_t kMaxKeyFile = std::size_t{64} * 1024;
// Nobody runs as many, and a larger number is a slip.
constexpr unsigned kMaxThreshold = 32;

constexpr std::string_view kBoth = "an identity is both: --identity SAN --issuer URL";

std::unexpected<Error> misuse(std::string what, std::string remedy) {
  return fail(ErrorCode::InvalidRequest, std::move(what), std::move(remedy));
}

// The values of a flag and of its twin that takes regular expressions.
Result<std::vector<ExpectedText>> texts_of(const Arguments& arguments, std::string_view flag) {
  const std::string twin = std::string(flag) + "-regexp";
  std::vector<ExpectedText> all;
  for (std::string& text : arguments.all(flag)) {
    if (text.empty()) return misuse("--" + std::string(flag) + " is empty", std::string(kBoth));
    all.emplace_back(std::move(text));
  }
  for (const std::string& pattern : arguments.all(twin)) {
    auto expected = ExpectedText::matching(pattern);
    if (!expected) return fail(std::move(expected.error()).during("reading --" + twin));
    all.push_back(std::move(*expected));
  }
  return all;
}

Result<std::optional<SanKind>> san_kind_of(const Arguments& arguments) {
  const auto text = arguments.text("san-kind");
  if (!text) return std::nullopt;
  if (*text == "email") return SanKind::Email;
  if (*text == "uri") return SanKind::Uri;
  if (*text == "user") return SanKind::OtherName;
  return misuse("--san-kind " + display_text(*text, 60) + " is none", "kinds of SAN: email, uri, user");
}

std::vector<std::string> claim_names() {
  std::vector<std::string> names;
  names.reserve(sigstore::kClaimCount);
  for (std::size_t i = 0; i < sigstore::kClaimCount; ++i) names.emplace_back(claim_text(static_cast<ClaimName>(i)));
  return names;
}

Result<Claim> parse_claim(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return misuse("--claim " + display_text(text, 80) + " says of no value that it is expected",
                  "for example: --claim source-repository-uri=https://github.com/octo/repo");
  }
  const std::string name = text.substr(0, equals);
  if (const auto known = sigstore::claim_from_text(name)) return Claim{*known, text.substr(equals + 1)};
  const auto meant = nearest_word(name, claim_names());
  return misuse("there is no claim " + display_text(name, 60),
                (meant ? "did you mean " + *meant + "? " : "") + "all of them: signet verify --help");
}

Result<std::vector<Claim>> claims_of(const Arguments& arguments) {
  std::vector<Claim> claims;
  for (const std::string& text : arguments.all("claim")) {
    auto claim = parse_claim(text);
    if (!claim) return fail(std::move(claim.error()));
    if (std::ranges::find(claims, claim->name, &Claim::name) != claims.end()) {
      return misuse("--claim names " + std::string(claim_text(claim->name)) + " twice",
                    "a certificate has one value for each claim");
    }
    claims.push_back(std::move(*claim));
  }
  return claims;
}

Result<void> check_identity_is_whole(const Arguments& arguments, std::size_t names, std::size_t issuers) {
  if (names == 0 && issuers > 0) return misuse("--issuer without --identity", std::string(kBoth));
  if (names > 0 && issuers == 0) return misuse("--identity without --issuer", std::string(kBoth));
  if (issuers > 1) {
    return misuse("several issuers are expected", "verify once for each: a name is somebody else at another issuer");
  }
  for (const std::string_view flag : {"san-kind", "claim"}) {
    if (names == 0 && arguments.has(flag)) {
      return misuse("--" + std::string(flag) + " without --identity", "it narrows an --identity with its --issuer");
    }
  }
  return {};
}

Result<std::optional<IdentityPolicy>> identity_of(const Arguments& arguments) {
  auto names = texts_of(arguments, "identity");
  if (!names) return fail(std::move(names.error()));
  auto issuers = texts_of(arguments, "issuer");
  if (!issuers) return fail(std::move(issuers.error()));
  if (auto whole = check_identity_is_whole(arguments, names->size(), issuers->size()); !whole) {
    return fail(std::move(whole.error()));
  }
  if (names->empty()) return std::nullopt;
  const auto kind = san_kind_of(arguments);
  if (!kind) return fail(kind.error());
  const auto claims = claims_of(arguments);
  if (!claims) return fail(claims.error());
  std::vector<ExpectedIdentity> identities;
  for (ExpectedText& name : *names) {
    identities.push_back({.san = std::move(name), .issuer = issuers->front(), .san_kind = *kind, .claims = *claims});
  }
  auto policy = IdentityPolicy::any_of(std::move(identities));
  if (!policy) return fail(std::move(policy.error()));
  return std::move(*policy);
}

Result<PublicKey> read_key(const std::string& file) {
  const auto text = read_file(file, kMaxKeyFile);
  auto key = text ? PublicKey::from_pem(*text) : Result<PublicKey>(fail(text.error()));
  if (key) return key;
  Error error = std::move(key.error()).during("reading the key " + display_text(file));
  if (error.remedy.empty()) error.remedy = "--key takes the signer's public key: PEM that begins with BEGIN PUBLIC KEY";
  return fail(std::move(error));
}

Result<IdentityPolicy> holder_of(const Arguments& arguments, const std::string& file) {
  for (const std::string_view flag : {"identity", "identity-regexp", "issuer", "issuer-regexp", "san-kind", "claim"}) {
    if (!arguments.has(flag)) continue;
    return misuse(
        "--key and --" + std::string(flag) + " at once",
        "a bundle is signed by a key that you hold or by an identity that a CA vouches for: name one of them");
  }
  auto key = read_key(file);
  if (!key) return fail(std::move(key.error()));
  return IdentityPolicy::holder_of(std::move(*key));
}

Result<void> read_threshold(const Arguments& arguments, std::string_view flag, unsigned& threshold) {
  const auto text = arguments.text(flag);
  if (!text) return {};
  unsigned number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end || number > kMaxThreshold) {
    return misuse("--" + std::string(flag) + " " + display_text(*text, 40) + " is no number of them",
                  "give a number from 0 to " + std::to_string(kMaxThreshold));
  }
  threshold = number;
  return {};
}

Result<sigstore::Thresholds> thresholds_of(const Arguments& arguments) {
  sigstore::Thresholds thresholds;
  const std::array<std::pair<std::string_view, unsigned*>, 3> all = {
      {{"logs", &thresholds.logs}, {"timestamps", &thresholds.times}, {"scts", &thresholds.scts}}};
  for (const auto& [flag, threshold] : all) {
    if (auto read = read_threshold(arguments, flag, *threshold); !read) return fail(std::move(read.error()));
  }
  return thresholds;
}

}  // namespace

Result<Expectation> read_expectation(const Arguments& arguments) {
  const auto thresholds = thresholds_of(arguments);
  if (!thresholds) return fail(thresholds.error());
  Expectation expectation{.policy = std::nullopt, .thresholds = *thresholds};
  if (const auto file = arguments.text("key")) {
    auto holder = holder_of(arguments, *file);
    if (!holder) return fail(std::move(holder.error()));
    expectation.policy = std::move(*holder);
  } else {
    auto identity = identity_of(arguments);
    if (!identity) return fail(std::move(identity.error()));
    expectation.policy = std::move(*identity);
  }
  if (!expectation.policy) return expectation;
  auto policy = expectation.policy->with(*thresholds);
  if (!policy) return fail(std::move(policy.error()));
  expectation.policy = std::move(*policy);
  return expectation;
}

}  // namespace signet::cli
