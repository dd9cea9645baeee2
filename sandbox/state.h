// The sandbox's folder: keys, certificates, ports and the secret, made at the first start and kept.
//
//   keys/*.pem          private keys, P-256, PKCS#8 (0600)
//   certificates/*.pem  the CA's root and intermediate, the timestamp authority's root and leaf
//   secret              what a caller must know to have tokens minted and faults switched (0600)
//   ports.json          where it listens
//   state.json          when it was made: the start of everything in the trusted root
//   rekor/, rekor-v1/, ctlog/   the logs (rekor_log.h, rekor_v1_log.h, ct_log.h)
//   tuf/                the TUF repository (tuf_repository.h)
//
// Where there are several services of a kind the names of all but the first end in "-2", "-3" (offer.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/secret.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "sandbox/offer.h"
#include "sandbox/ports.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/certificate.h"

namespace signet::sandbox {

/// A key and the certificate that names it.
struct Authority {
  SoftwareKey key;
  sigstore::Certificate certificate;
};

/// A root and the authority under it that does the work.
struct Hierarchy {
  Authority root;
  Authority issuing;
};

/// A CA that issues code-signing leaves, and a timestamp authority; valid for ten years from `start`.
[[nodiscard]] Hierarchy make_ca(const SoftwareKey& root, const SoftwareKey& intermediate, WallTime start);
[[nodiscard]] Hierarchy make_timestamp_authority(const SoftwareKey& root, const SoftwareKey& leaf, WallTime start);

/// What the programs that only talk to a sandbox need of its folder: no lock is taken.
struct Access {
  SoftwareKey issuer;
  Secret secret;
  Ports ports;

  /// @error InvalidRequest  no sandbox has been made there, or a file is damaged or open to others
  [[nodiscard]] static Result<Access> read(const std::filesystem::path& folder);
};

struct State {
  std::filesystem::path folder;
  Offer offer;
  UniqueFd lock;  ///< held for as long as this lives: one sandbox for each folder
  WallTime created{};
  Hierarchy ca;
  std::vector<Hierarchy> tsas{};
  SoftwareKey issuer;
  SoftwareKey ct_log;
  SoftwareKey tuf;                     ///< of every role of the TUF repository
  std::vector<SoftwareKey> logs{};     ///< of Rekor v2
  std::vector<SoftwareKey> v1_logs{};  ///< of Rekor v1
  Secret secret;
  Ports ports;
  std::vector<UniqueFd> held_ports{};  ///< until the sandbox listens, where they were chosen just now

  /// Reads the folder, and makes it and whatever is missing in it.
  ///
  /// @error InvalidRequest  another sandbox uses it, or something in it cannot be read, written or understood
  [[nodiscard]] static Result<State> open(const std::filesystem::path& folder, WallTime now, const Offer& offer = {});
};

}  // namespace signet::sandbox
