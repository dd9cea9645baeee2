// From an object to a finished signature in three pure steps; whoever holds the key does the one in the middle.
//
//   auto draft = Draft::for_git(object, key, time)       what the key must sign: draft.to_sign()
//   auto done = SignedDraft::check(draft, key, s)        D2a: the signature is the pinned key's over our own digest
//   auto cms = done.finish_cms(certificate, e, root)     with its evidence, verified (D2c) before anybody sees it
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/object.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/tlog/log_proposal.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/issued_certificate.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/verifier.h"

namespace signet::sigstore {

/// What is being signed, as far as the key is concerned.
class Draft {
 public:
  /// A blob: the key signs the digest that the client computed.
  /// @error KeyUnsuitable  the digest's hash is not the key's default one, or a kind that signs no blobs (D3)
  [[nodiscard]] static Result<Draft> for_digest(const Digest& digest, const PublicKey& key);
  /// A statement: the key signs the DSSE PAE of the bytes as they are.
  /// @error InvalidRequest, LimitExceeded  as parse_statement_to_sign()
  /// @error KeyUnsuitable                  a kind that signs no statements (D3)
  [[nodiscard]] static Result<Draft> for_statement(Bytes statement, const PublicKey& key);
  /// A git object: the key signs CMS attributes that hold the object's digest.
  /// @error KeyUnsuitable  a kind that signs no git objects (D3)
  [[nodiscard]] static Result<Draft> for_git(GitObject object, const PublicKey& key, WallTime signing_time);

  /// The digest that goes to the token.
  [[nodiscard]] const Digest& to_sign() const { return to_sign_; }

 private:
  friend class SignedDraft;
  struct Blob {};
  struct InToto {
    Bytes payload;
  };
  struct Git {
    GitObject object;
    CmsAttributes attributes;
  };
  Draft(Digest to_sign, std::variant<Blob, InToto, Git> form) : to_sign_(std::move(to_sign)), form_(std::move(form)) {}
  Digest to_sign_;
  std::variant<Blob, InToto, Git> form_;
};

/// What the services said about one signature, each answer checked when it came.
struct Evidence {
  std::vector<Bytes> timestamps{};  ///< TimeStampResp, DER
  std::vector<LogEntry> entries{};
};

/// The final forms, each verified (D2). Only finish functions of SignedDraft make them.
struct FinishedBundle {
  std::string json;
  VerifiedBundle verified;
};
struct FinishedCms {
  std::string armored;
  VerifiedBundle verified;
};
/// A signature with nothing around it (raw).
struct BareSignature {
  Bytes signature;
};

/// A draft with a signature that was checked under the pinned key.
class SignedDraft {
 public:
  /// @error NotVerified  the signature is not `key`'s over the draft's digest
  [[nodiscard]] static Result<SignedDraft> check(Draft draft, const PublicKey& key, Bytes signature);

  [[nodiscard]] const Bytes& signature() const { return signature_; }
  /// The record that goes to Rekor v2 for this signature under this certificate.
  [[nodiscard]] HashedRekord log_record(const Certificate& leaf) const;
  /// What is proposed to Rekor v1: a dsse entry for a statement, else a hashedrekord.
  [[nodiscard]] LogProposal log_proposal(const Certificate& leaf) const;

  /// Assembles the bundle and verifies it with the public verifier against the identity that was asked for. Each entry
  /// must be of another log, and each timestamp of another authority, as the trusted root counts them.
  /// @error NotVerified  it does not verify; nothing of it may be handed out
  [[nodiscard]] Result<FinishedBundle> finish_bundle(const VerifiedCertificate& certificate, Evidence evidence,
                                                     const TrustedRoot& root) const;
  /// The same for git.
  /// @error NotVerified, KeyUnsuitable
  /// @error NotBuiltYet  more than one entry or timestamp
  [[nodiscard]] Result<FinishedCms> finish_cms(const VerifiedCertificate& certificate, Evidence evidence,
                                               const TrustedRoot& root) const;
  [[nodiscard]] BareSignature finish_raw() const { return BareSignature{signature_}; }

 private:
  SignedDraft(Draft draft, Bytes signature) : draft_(std::move(draft)), signature_(std::move(signature)) {}
  Draft draft_;
  Bytes signature_;
};

}  // namespace signet::sigstore
