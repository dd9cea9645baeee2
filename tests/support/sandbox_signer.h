// A signer without a token: whole bundles and git signatures by a sandbox's own services, of which a test spoils one
// thing. Whatever comes after that thing is made from what it became (logged, stamped), so that one check alone fails.
//
//   SandboxSigner signer(*sandbox);
//   const Bundle good = signer.sign_blob(artifact);
//   const Bundle bad = signer.sign_blob(artifact, {.signature = flip_last_byte});   logged and stamped as it is
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "common/bytes.h"
#include "common/digest.h"
#include "sandbox/certificate_authority.h"
#include "sandbox/sandbox.h"
#include "sandbox/software_key.h"
#include "sandbox/timestamp_authority.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/verifier.h"

namespace signet::test {

/// What a test changes, in the order in which things are made.
struct Spoil {
  std::function<void(sandbox::LeafOptions&)> leaf{};
  std::function<void(Bytes&)> certificate{};              ///< DER, after its issue
  std::function<void(Bytes&)> signature{};                ///< before it is logged and stamped
  std::function<void(sigstore::HashedRekord&)> record{};  ///< before it is logged
  std::function<void(sigstore::LogEntry&)> entry{};
  sandbox::StampOptions stamp{};
  std::function<void(Bytes&)> timestamp{};  ///< TimeStampResp
};

/// For members of Spoil.
inline void flip_last_byte(Bytes& bytes) { bytes.back() ^= 1U; }

/// Ends the test program where the sandbox fails.
class SandboxSigner {
 public:
  static constexpr std::string_view kSan = "ada@example.test";

  /// @param sandbox  must outlive it
  explicit SandboxSigner(sandbox::Sandbox& sandbox);

  [[nodiscard]] sigstore::Bundle sign_blob(ByteView artifact, const Spoil& spoil = {});
  [[nodiscard]] sigstore::Bundle sign_statement(ByteView statement, const Spoil& spoil = {});
  /// Armored CMS over a git object without its signature.
  [[nodiscard]] std::string sign_git(ByteView object, const Spoil& spoil = {});

  /// Who signs: SAN, and the sandbox's issuer.
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] const sandbox::SoftwareKey& key() const { return key_; }
  [[nodiscard]] sigstore::IdentityPolicy policy() const;
  [[nodiscard]] sigstore::TrustedRoot trusted_root() const;

 private:
  struct Evidence {
    Bytes certificate;
    Bytes signature;
    sigstore::LogEntry entry;
    Bytes timestamp;
  };
  Evidence make_evidence(const Digest& to_sign, Bytes certificate, const Spoil& spoil);
  Bytes issue(const Spoil& spoil);
  using Content = std::variant<sigstore::MessageSignature, sigstore::DsseEnvelope>;
  static sigstore::Bundle assemble(Evidence evidence, Content content);

  sandbox::Sandbox& sandbox_;
  sandbox::SoftwareKey key_;
  std::string issuer_;
};

/// SHA-256 of the bytes: what a client knows of its file.
[[nodiscard]] sigstore::Artifact artifact_of(ByteView bytes);

}  // namespace signet::test
