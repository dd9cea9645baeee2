// The certificates in memory: one for each key, identity and CA, shared by all requests that need it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include <boost/asio/any_io_executor.hpp>

#include "agent/flow/certificate.h"
#include "agent/flow/report.h"
#include "agent/loop/bell.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

/// Requests that come while a certificate is being obtained wait for that one. It goes on as long as one of them still
/// waits, and is cancelled when the last one has gone. One thread.
class Certificates {
 public:
  Certificates(boost::asio::any_io_executor executor, const IssuerParts& parts);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  /// The certificate for the wish's key, identity and CA: one with kCertificateReserve left, or a new one.
  ///
  /// @error as obtain_certificate(); Deadline, Cancelled  this request waits no longer, others still may
  Awaitable<Result<sigstore::VerifiedCertificate>> get(CertificateWish wish, Report report, Deadline deadline);

  /// A certificate for a key that is made for one signature: obtained for this request alone, and not kept.
  ///
  /// @error as obtain_certificate(); what is being asked is given up when the coroutine is cancelled
  Awaitable<Result<sigstore::VerifiedCertificate>> get_once(CertificateWish wish, Report report);

  /// When the identity's certificate ends; nothing where there is none that can be used.
  [[nodiscard]] std::optional<WallTime> until(const std::string& identity) const;

  /// Forgets what is kept for the identity, and does not keep what is on its way.
  void forget(const std::string& identity);
  void forget_all();

  /// Ends when no certificate is on its way any more, or at the deadline: what was cancelled still has its line in the
  /// audit log to write.
  ///
  /// @return true  none is on its way
  Awaitable<bool> wait_idle(Deadline deadline);

  /// Certificates obtained since the start.
  [[nodiscard]] std::int64_t obtained() const { return obtained_; }

 private:
  /// Identity, fingerprint of the key, CA.
  using Name = std::tuple<std::string, std::string, std::string>;
  struct Pending;
  class Share;

  [[nodiscard]] const sigstore::VerifiedCertificate* find_fresh(const Name& name) const;
  [[nodiscard]] bool is_fresh(const sigstore::VerifiedCertificate& certificate) const;
  std::shared_ptr<Pending> join(const Name& name, CertificateWish wish);
  static Awaitable<void> run(const IssuerParts& parts, std::shared_ptr<Pending> pending);
  void finish(const Name& name, const std::shared_ptr<Pending>& pending);

  boost::asio::any_io_executor executor_;
  IssuerParts parts_;
  std::map<Name, sigstore::VerifiedCertificate> kept_;
  std::map<Name, std::shared_ptr<Pending>> pending_;
  std::int64_t obtained_ = 0;
  int running_ = 0;
  Bell ended_;
};

}  // namespace signet::agent
