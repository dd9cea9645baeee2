// The PKCS#11 module alone, in this process: what a signature costs where nobody stands between.
#pragma once

#include <memory>

#include "bench/rounds.h"
#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/encoding/public_key.h"
#include "tests/support/softhsm.h"

namespace signet::bench {

/// Loads SoftHSM with the token's configuration; once in a process. Uses the token's one key.
class BareModule {
 public:
  explicit BareModule(const test::SoftHsm& token);
  ~BareModule();
  BareModule(const BareModule&) = delete;
  BareModule& operator=(const BareModule&) = delete;

  [[nodiscard]] const sigstore::PublicKey& key() const;
  /// C_SignInit and C_Sign in a session of its own: r ‖ s as DER.
  class Session;
  [[nodiscard]] std::shared_ptr<Session> open() const;
  [[nodiscard]] static Bytes sign(Session& session, const Digest& digest);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Another digest each time.
class Digests {
 public:
  Digests();
  [[nodiscard]] Digest next();

 private:
  Sha256Hash bytes_{};
};

}  // namespace signet::bench
