// Who may not use the agent at all, and still finds its socket open: turned away at the door, and written down.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "agent/audit/audit_log.h"
#include "agent/policy/policy.h"
#include "agent/tokens/worker.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::agent {

/// Sends one message that says no, as far as the socket takes it at once.
using Refuse = std::function<void(int socket, const Error& why)>;

/// A stranger costs one message and one line in the audit log. Who comes again and again gets the message at once and a
/// line now and then that counts: he must not fill the disk, nor take a place from whoever is served. One thread.
class Strangers {
 public:
  struct Limits {
    std::size_t users = 64;                           ///< who have lines of their own at one time
    std::chrono::milliseconds between_lines{60'000};  ///< for one user
  };

  /// `policy` and `audit` must outlive it.
  Strangers(boost::asio::any_io_executor executor, const Policy& policy, AuditLog& audit, Notice notice, Limits limits);
  ~Strangers();
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  /// True for a user who is not served at all.
  [[nodiscard]] bool is_one(uid_t uid) const;

  /// Answers with NotAuthorized by `refuse`, and closes.
  void turn_away(UniqueFd socket, uid_t uid, Refuse refuse);

  /// Writes what was only counted, and takes nobody more.
  void close();
  Awaitable<void> wait_idle(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signet::agent
