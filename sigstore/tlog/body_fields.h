// The members that bodies of several kinds share (log_body.h).
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "json/fields.h"
#include "json/value.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sigstore::body {

/// {"algorithm":"sha256","value":"<hex>"}, as Rekor v1 writes a hash.
[[nodiscard]] json::Object encode_hash(const Digest& digest);
/// The inverse, from the member of that name; a hash of zeros after an error.
[[nodiscard]] Digest read_hash(json::Fields& outer, std::string_view name);
/// The same where Rekor takes SHA-256 alone.
[[nodiscard]] Digest read_sha256(json::Fields& outer, std::string_view name);

/// Base64 of PEM, as Rekor v1 writes a certificate or key.
[[nodiscard]] std::string encode_verifier(const EntryVerifier& verifier);
/// The inverse, from the member of that name. Any length of lines.
[[nodiscard]] EntryVerifier read_verifier(json::Fields& outer, std::string_view name);

/// {"apiVersion":…,"kind":…,"spec":…} in canonical form.
[[nodiscard]] std::string encode_body(std::string_view kind, std::string_view version, json::Object spec);

/// A body whose kind and version must be these.
[[nodiscard]] json::Fields open_body(const json::Value& document, std::string_view kind, std::string_view version);

/// Ends nested readers, the outermost first, for an object that is missing is an empty one to its reader; the first
/// error goes to `outer`.
template <typename... Inner>
void finish_into(json::Fields& outer, Inner&... inner) {
  const auto one = [&outer](json::Fields& fields) {
    if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
  };
  (one(inner), ...);
}

}  // namespace signet::sigstore::body
