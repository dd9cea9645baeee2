// One connection as the token sees it: its seat, its session and keys, and whether anybody still waits for the answer.
#pragma once

#include <optional>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/module/keeper_link.h"
#include "pkcs11/module/live_token.h"
#include "pkcs11/module/session.h"
#include "pkcs11/module/signing_key.h"
#include "pkcs11/module/waiting.h"

namespace signet::pkcs11 {

/// What all connections share with each other and with the keeper.
struct Surroundings {
  CallBoard& board;
  KeeperLink& link;
  WaitingNotices& notices;
};

/// Used by the thread of its connection alone.
class Client {
 public:
  Client(Surroundings surroundings, std::size_t seat, int socket);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// True where the peer has closed both directions: it wants no answer any more. Half-closed peers do (D14).
  [[nodiscard]] bool has_gone() const;

  /// Whether the present call asked for progress.
  void set_wants_progress(bool wants) { wants_progress_ = wants; }

  /// On the keeper's board for as long as it lives: the process ends a second after `deadline`, whoever is in it.
  class ModuleCall {
   public:
    ModuleCall(Client& client, Deadline deadline);
    ~ModuleCall();
    ModuleCall(const ModuleCall&) = delete;
    ModuleCall& operator=(const ModuleCall&) = delete;
    /// From here on this deadline counts.
    void move_to(Deadline deadline);

   private:
    Client& client_;
  };

  /// While it lives the peer is told that its call lasts, where it asked for that.
  class Notice {
   public:
    explicit Notice(Client& client);
    ~Notice();
    Notice(const Notice&) = delete;
    Notice& operator=(const Notice&) = delete;

   private:
    Client& client_;
  };

  /// Forgets what is stale in this epoch: keys of another login, and the session of another opening, which is not
  /// closed because its number may belong to another one by now.
  void move_to(const Epoch& epoch);
  [[nodiscard]] bool is_of(const Epoch& epoch) const { return epoch_ == epoch; }

  [[nodiscard]] std::optional<Session>& session() { return session_; }
  /// The key, where it was found before.
  [[nodiscard]] const SigningKey* find_key(ByteView id, ByteView spki) const;
  const SigningKey& remember(SigningKey key);
  /// The session is in the middle of something and good for nothing else. Closes it.
  void drop_session();

 private:
  Surroundings surroundings_;
  std::size_t seat_;
  int socket_;
  bool wants_progress_ = false;
  Epoch epoch_;
  std::optional<Session> session_;
  std::vector<SigningKey> keys_;
};

}  // namespace signet::pkcs11
