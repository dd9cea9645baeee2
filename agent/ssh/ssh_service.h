// Everything behind the SSH agent's socket.
#pragma once

#include <cstdint>
#include <filesystem>

#include <boost/asio/any_io_executor.hpp>

#include "agent/audit/audit_log.h"
#include "agent/flow/key_check.h"
#include "agent/flow/request_places.h"
#include "agent/flow/ssh_signing.h"
#include "agent/front/address.h"
#include "agent/front/door.h"
#include "agent/front/strangers.h"
#include "agent/policy/policy.h"
#include "agent/ssh/far_refusals.h"
#include "agent/ssh/signed_file.h"
#include "agent/ssh/ssh_keys.h"
#include "agent/ssh/ssh_lock.h"
#include "agent/ssh/ssh_session.h"
#include "agent/tokens/tokens.h"
#include "config/configuration.h"

namespace signet::agent {

class SshService {
 public:
  /// All must outlive it and every connection.
  struct Needs {
    boost::asio::any_io_executor executor;
    const config::Configuration& configuration;
    const Policy& policy;
    AuditLog& audit;
    Tokens& tokens;
    RequestPlaces& places;
    KeyCheck& key_check;
    Strangers& strangers;
    Notice notice;
  };

  /// @param address  listening
  SshService(const Needs& needs, Address address);
  ~SshService();
  SshService(const SshService&) = delete;
  SshService& operator=(const SshService&) = delete;

  /// Whether a configuration has anything for such a socket.
  [[nodiscard]] static bool is_wanted(const config::Configuration& configuration);

  [[nodiscard]] Door& door() { return door_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// By ssh-add -x.
  [[nodiscard]] bool locked() const { return lock_.locked(); }
  /// Signatures handed out since the start.
  [[nodiscard]] std::int64_t handed_out() const { return signing_.handed_out(); }
  /// The agent ends: removes the socket where it is our own.
  void take_down();

 private:
  Address address_;
  std::filesystem::path path_;
  SshKeys keys_;
  SshSigning signing_;
  SshLock lock_;
  SignedFiles files_;
  FarRefusals far_refusals_;
  UpstreamPlace upstream_;
  SshParts parts_;
  Door door_;
};

}  // namespace signet::agent
