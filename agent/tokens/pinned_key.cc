#include "agent/tokens/pinned_key.h"

#include <algorithm>
#include <utility>

#include "common/display.h"
#include "sigstore/encoding/hash.h"

namespace signet::agent {
namespace {

using protocol::TokenKey;

std::unexpected<Error> not_pinned(const std::string& identity, const std::vector<const TokenKey*>& named) {
  const std::string what = "[identity." + identity + "] pins no public key: the agent cannot know which key is meant";
  if (named.size() != 1) {
    return fail(ErrorCode::InvalidRequest, what,
                "choose a key of `signet key list` and set its uri and fingerprint as `key` and `public_key`");
  }
  return fail(ErrorCode::InvalidRequest, what,
              "if it is the key that now stands there, add to [identity." + identity + "]: public_key = \"" +
                  fingerprint_of(named.front()->public_key) + "\"");
}

std::unexpected<Error> not_found(const std::string& identity, const config::IdentityKey& meant,
                                 const std::vector<const TokenKey*>& named) {
  const std::string key = display_text(meant.uri.text);
  const std::string pin = encode_digest(*meant.public_key);
  if (meant.uri.id.empty() && meant.uri.object.empty()) {
    return fail(ErrorCode::KeyNotFound, "token " + meant.token + " holds no key with the public key " + pin,
                "`signet key list` shows what it holds");
  }
  if (named.empty()) {
    return fail(ErrorCode::KeyNotFound, "token " + meant.token + " holds no key " + key,
                "`signet key list` shows what it holds");
  }
  return fail(ErrorCode::KeyNotFound,
              "another key stands in its place: " + key + " on token " + meant.token + " is " +
                  fingerprint_of(named.front()->public_key) + ", and identity " + identity + " pins " + pin,
              "find out who changed the token; if it was you, correct `public_key` of [identity." + identity + "]");
}

}  // namespace

std::string fingerprint_of(ByteView spki) { return encode_digest(Digest::from_sha256(sigstore::sha256(spki))); }

bool uri_names(const config::KeyUri& uri, const TokenKey& key) {
  return (uri.id.empty() || uri.id == key.id) && (uri.object.empty() || uri.object == key.label);
}

Result<PinnedKey> choose_key(const std::string& identity, const config::IdentityKey& meant,
                             const std::vector<TokenKey>& keys) {
  std::vector<const TokenKey*> named;
  for (const TokenKey& key : keys) {
    if (uri_names(meant.uri, key)) named.push_back(&key);
  }
  if (!meant.public_key) return not_pinned(identity, named);
  const std::string pin = encode_digest(*meant.public_key);
  const auto is_pinned = [&pin](const TokenKey* key) { return fingerprint_of(key->public_key) == pin; };
  const auto found = std::ranges::find_if(named, is_pinned);
  if (found == named.end()) return not_found(identity, meant, named);
  auto public_key = sigstore::PublicKey::from_spki((*found)->public_key);
  if (!public_key) {
    return fail(ErrorCode::KeyUnsuitable,
                "the key of identity " + identity +
                    " is of a kind that signet cannot use: " + display_text((*found)->algorithm),
                "use a key of kind p256, p384, rsa3072 or rsa4096");
  }
  const auto touch = (*found)->touch_policy.value_or(protocol::TouchPolicy::Never);
  const bool asks_each_time = (*found)->always_authenticate || touch != protocol::TouchPolicy::Never;
  return PinnedKey(meant.token, (*found)->id, std::move(*public_key), asks_each_time, (*found)->touch_policy);
}

}  // namespace signet::agent
