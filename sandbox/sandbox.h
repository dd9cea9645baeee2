// A whole Sigstore in one process, on loopback: OIDC issuer, CA, CT log, Rekor v2 and v1 logs and timestamp
// authorities.
//
// Each service is also usable without HTTP, so that a test can have the sandbox's own keys make an artefact with
// exactly one defect. Not thread-safe: while it serves, the thread of its executor owns it (background.h runs one, and
// lets others in). faults() and counters() may be used from anywhere.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "common/error.h"
#include "common/time.h"
#include "sandbox/certificate_authority.h"
#include "sandbox/counters.h"
#include "sandbox/ct_log.h"
#include "sandbox/faults.h"
#include "sandbox/offer.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/rekor_log.h"
#include "sandbox/rekor_v1_log.h"
#include "sandbox/state.h"
#include "sandbox/timestamp_authority.h"

namespace signet::sandbox {

class Sandbox {
 public:
  /// Opens the folder, makes what is missing, and writes the files by which clients find it (trust_files.h).
  ///
  /// @param clock  must outlive it
  /// @error InvalidRequest, NotVerified  as State::open(), CtLog::open(), RekorLog::open(), RekorV1Log::open()
  [[nodiscard]] static Result<std::unique_ptr<Sandbox>> open(const std::filesystem::path& folder, const Clock& clock,
                                                             const Offer& offer = {});
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Listens on all ports; serves as long as the executor runs and until close().
  ///
  /// @param executor  its context must outlive this sandbox, or close() be called before it goes
  /// @error InvalidRequest  a port is taken; then it listens on none
  [[nodiscard]] Result<void> serve(const boost::asio::any_io_executor& executor);
  /// Closes all ports and connections; on the executor's thread, or when it does not run.
  void close();

  [[nodiscard]] OidcIssuer& oidc_issuer();
  [[nodiscard]] CtLog& ct_log();
  [[nodiscard]] CertificateAuthority& certificate_authority();
  /// The first of each kind, or another one.
  [[nodiscard]] RekorLog& rekor_log(std::size_t place = 0);
  [[nodiscard]] RekorV1Log& rekor_v1_log(std::size_t place = 0);
  [[nodiscard]] TimestampAuthority& timestamp_authority(std::size_t place = 0);
  [[nodiscard]] FaultBoard& faults();
  [[nodiscard]] Counters& counters();

  [[nodiscard]] const State& state() const;
  [[nodiscard]] Endpoints endpoints() const;
  /// The text of trusted_root.json and of signing_config.v0.2.json.
  [[nodiscard]] std::string trusted_root() const;
  [[nodiscard]] std::string signing_config() const;

 private:
  struct Parts;
  explicit Sandbox(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace signet::sandbox
