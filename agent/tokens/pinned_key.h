// The key on a token that an identity means: found by its URI, believed because of its pinned public key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/error.h"
#include "config/configuration.h"
#include "protocol/token_messages.h"
#include "sigstore/encoding/public_key.h"

namespace signet::agent {

/// Only choose_key() makes one: to have it is to know that its public key is the pinned one.
class PinnedKey {
 public:
  /// The [token.*] that holds it.
  [[nodiscard]] const std::string& token() const { return token_; }
  /// CKA_ID, lower-case hexadecimal.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const sigstore::PublicKey& public_key() const { return public_key_; }
  /// True where each signature needs the PIN anew (CKA_ALWAYS_AUTHENTICATE) or a touch.
  [[nodiscard]] bool asks_each_time() const { return asks_each_time_; }
  /// When it wants a touch, where its token says so.
  [[nodiscard]] std::optional<protocol::TouchPolicy> touch() const { return touch_; }

 private:
  friend Result<PinnedKey> choose_key(const std::string&, const config::IdentityKey&,
                                      const std::vector<protocol::TokenKey>&);
  PinnedKey(std::string token, std::string id, sigstore::PublicKey public_key, bool asks_each_time,
            std::optional<protocol::TouchPolicy> touch)
      : token_(std::move(token)),
        id_(std::move(id)),
        public_key_(std::move(public_key)),
        asks_each_time_(asks_each_time),
        touch_(touch) {}
  std::string token_;
  std::string id_;
  sigstore::PublicKey public_key_;
  bool asks_each_time_;
  std::optional<protocol::TouchPolicy> touch_;
};

/// "sha256:<hex>" of a SubjectPublicKeyInfo.
[[nodiscard]] std::string fingerprint_of(ByteView spki);

/// True where the URI's id and object, as far as it has them, are those of the key.
[[nodiscard]] bool uri_names(const config::KeyUri& uri, const protocol::TokenKey& key);

/// Chooses an identity's key among those of its token.
///
/// @param identity  its name, for messages
/// @error KeyNotFound     no key fits the URI, or has the public key where there is no URI; or one does and its public
/// key is another than the pinned one: "another
///                        key stands in its place"
/// @error InvalidRequest  the identity pins no public key; the remedy is the line to add
/// @error KeyUnsuitable   the key is of a kind that signet cannot check signatures of
[[nodiscard]] Result<PinnedKey> choose_key(const std::string& identity, const config::IdentityKey& meant,
                                           const std::vector<protocol::TokenKey>& keys);

}  // namespace signet::agent
