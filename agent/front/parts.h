// What the methods work with. Built by Agent, outlives every connection.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agent/audit/audit_log.h"
#include "agent/flow/certificates.h"
#include "agent/flow/key_check.h"
#include "agent/flow/request_places.h"
#include "agent/flow/signing.h"
#include "agent/policy/policy.h"
#include "agent/ssh/ssh_service.h"
#include "agent/store/logins.h"
#include "agent/tokens/tokens.h"
#include "common/time.h"
#include "config/configuration.h"

namespace signet::agent {

struct Parts {
  boost::asio::any_io_executor executor;
  const config::Configuration& configuration;
  const Policy& policy;
  AuditLog& audit;
  Tokens& tokens;
  Logins& logins;
  Certificates& certificates;
  RequestPlaces& places;
  SigningFlow& flow;
  KeyCheck& key_check;
  const SshService* ssh = nullptr;  ///< null: there is no such socket
};

}  // namespace signet::agent
