// A key of TUF metadata, and who has signed: thresholds count distinct keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "json/value.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore::tuf {

/// How a key signs. A key of a scheme that is unknown here is kept and never counts.
enum class Scheme : std::uint8_t { Unknown, Ecdsa, Ed25519, RsaPss, RsaPkcs1 };

class Key {
 public:
  /// Reads a key object. `keytype` and `scheme` have the spellings of the specification, or the old ones of Sigstore's
  /// first roots; `keyval.public` is PEM, or for ECDSA also the uncompressed point in hexadecimal.
  ///
  /// A key that is well-formed and cannot be used (unknown scheme, broken or unsuitable public key) is no error.
  /// @error InvalidRequest  keytype, scheme or keyval is missing or of another kind
  [[nodiscard]] static Result<Key> parse(const json::Value& value, const std::string& where);

  /// True where `signature` is this key's over `message`; never for a key that cannot be used.
  [[nodiscard]] bool has_signed(ByteView message, ByteView signature) const;
  /// What tells one key from another, whatever its key id; nothing where it cannot be used.
  [[nodiscard]] const std::optional<PublicKey>& public_key() const { return public_key_; }

 private:
  Key(Scheme scheme, std::optional<PublicKey> public_key) : scheme_(scheme), public_key_(std::move(public_key)) {}
  Scheme scheme_;
  std::optional<PublicKey> public_key_;
};

/// More than any repository has: of key objects in one file, each of which is decoded before anybody knows who signed
/// the file, and of a role's key ids, each of which may cost a verification over the whole of another file.
inline constexpr std::size_t kMaxKeys = 1'000;
inline constexpr std::size_t kMaxRoleKeys = 100;

/// Keys by key id. That a key id is the hash of its key is not asked: docs/decisions/tuf-client.md.
using Keys = std::map<std::string, Key, std::less<>>;

/// Whose signatures a role needs, and how many of them.
struct RoleKeys {
  std::vector<std::string> key_ids;
  std::int64_t threshold = 1;  ///< at least 1; it may be more than there are keys, and is never met then
};

struct Signature {
  std::string key_id;
  std::string hex;  ///< as it stands: it may be empty or no hexadecimal, and does not count then
};

/// What was signed, in the form that was signed, and by whom it says.
struct SignedText {
  std::string canonical;
  std::map<std::string, Signature, std::less<>> signatures;  ///< by key id
};

/// Checks that enough distinct keys of a role have signed. Signatures of others, wrong and empty ones do not count and
/// do no harm; a key counts once, under however many key ids it stands.
///
/// @param what  begins the message: "root 3"
/// @error NotVerified  fewer than the threshold
/// @source  TUF specification 1.0.34 §4.2.1, §5.3.4
[[nodiscard]] Result<void> verify_threshold(const SignedText& text, const Keys& keys, const RoleKeys& role,
                                            std::string_view what);

}  // namespace signet::sigstore::tuf
