// One configured token: its worker, and what can be asked of it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/audit/audit_log.h"
#include "agent/store/socket_file.h"
#include "agent/tokens/pinned_key.h"
#include "agent/tokens/token_client.h"
#include "agent/tokens/worker.h"
#include "common/awaitable.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "config/configuration.h"
#include "protocol/agent_messages.h"
#include "protocol/token_messages.h"

namespace signet::agent {

class Token {
 public:
  /// @param socket  where its worker will serve
  Token(boost::asio::any_io_executor executor, const config::Token& configured, WorkerCommand command,
        std::filesystem::path module, SocketFile socket, Notice notice);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Worker& worker() { return worker_; }

  /// The key that the identity means. What was found once is remembered: the worker holds id and public key together
  /// and the signature is checked under the pinned key, so a change is noticed all the same.
  ///
  /// @error as choose_key(), or the worker's
  Awaitable<Result<PinnedKey>> find_key(const config::Identity& identity, Deadline deadline);

  /// Signs a digest. The signature is not checked here.
  ///
  /// @param intent  the line in the audit log that says so
  /// @error the worker's
  Awaitable<Result<Bytes>> sign(const Intent& intent, const PinnedKey& key, const Digest& digest, Deadline deadline,
                                OnWaiting on_waiting);

  /// Makes a key pair.
  Awaitable<Result<protocol::TokenKey>> generate(const Intent& intent, std::string label, std::string id,
                                                 std::string algorithm, Deadline deadline);

  Awaitable<Result<std::vector<protocol::TokenKey>>> keys(Deadline deadline);
  Awaitable<Result<protocol::TokenInfoReply>> info(Deadline deadline);

  /// How it does, as Status shows it. Never an error: what is wrong is part of the answer.
  Awaitable<protocol::TokenInfo> status(Deadline deadline);

 private:
  std::string name_;
  SocketFile socket_;
  Worker worker_;
  TokenClient client_;
  std::map<std::string, PinnedKey> known_;  // by identity
};

}  // namespace signet::agent
