// One configured token: its worker, and what can be asked of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/audit/audit_log.h"
#include "agent/store/socket_file.h"
#include "agent/tokens/missed_touches.h"
#include "agent/tokens/pin_asking.h"
#include "agent/tokens/pinned_key.h"
#include "agent/tokens/session_key.h"
#include "agent/tokens/token_client.h"
#include "agent/tokens/touch_queue.h"
#include "agent/tokens/touch_watch.h"
#include "agent/tokens/worker.h"
#include "common/awaitable.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "config/configuration.h"
#include "protocol/agent_messages.h"
#include "protocol/token_messages.h"

namespace signet::agent {

/// How long a touch serves for a key with the policy "cached", and a moment for the answer to come.
inline constexpr std::chrono::seconds kTouchCached{16};

/// How long a signature may take.
struct Patience {
  Deadline deadline;                 ///< in all
  std::chrono::milliseconds answer;  ///< from the moment when the token is asked
};

/// Hears that the token waits, most likely for a touch.
///
/// @param note  what is to be said of that besides, a piece of a sentence that goes behind the others; may be empty.
///              With one it is heard again when the token waits for this touch
using OnTouch = std::function<Awaitable<void>(std::string note)>;

/// Who hears what a signature waits for, and what they hear; each may be empty.
struct Attendance {
  std::string purpose{};  ///< "to sign commit 1f2e… as jane@example.org": what a touch would be for
  OnTouch on_touch{};
  Turnstile::OnPlace on_place{};  ///< others come first
  PinAsker pin{};                 ///< the token wants its PIN, which the keeper does not know
};

class Token {
 public:
  /// @param socket       where its worker will serve
  /// @param refused_pin  as Worker::Settings has it
  /// @param missed, touches  must outlive it
  /// @param pin_entry    how pinentry is asked
  Token(boost::asio::any_io_executor executor, const config::Token& configured, WorkerCommand command,
        std::filesystem::path module, std::filesystem::path refused_pin, SocketFile socket, MissedTouches& missed,
        TouchWatch& touches, Notice notice, PinEntryCommand pin_entry);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Keys of a PIV card are known by their slot.
  [[nodiscard]] bool is_piv() const { return is_piv_; }
  [[nodiscard]] Worker& worker() { return worker_; }
  /// Worker::release(); nobody is asked for its PIN any more.
  bool release();
  /// The agent ends: a PIN that comes now comes too late.
  void end_prompts();

  /// The key of the identity that lies on this token. What was found once is remembered: the worker holds id and public
  /// key together and the signature is checked under the pinned key, so a change is noticed all the same.
  ///
  /// @error Bug  the identity has none here; as choose_key(), or the worker's
  Awaitable<Result<PinnedKey>> find_key(const config::Identity& identity, Deadline deadline);

  /// What find_key() found last: the identity's key, or why none can be used (choose_key()). Null where the token was
  /// never read for it.
  [[nodiscard]] const Result<PinnedKey>* known_key(const std::string& identity) const;

  /// Signs a digest, or a message for a key that hashes by itself, when its turn has come (TouchQueue). The signature
  /// is not checked here. A worker that dies meanwhile is succeeded and asked once more, where the key asks nobody for
  /// a touch or a PIN each time (D14).
  ///
  /// @param intent  the line in the audit log that says so; it hears of a second time
  /// @error the worker's
  /// @error PinRequired  nobody could be asked for the PIN, or entered it in time
  /// @error RateLimited  the program that asks has missed too many touches (MissedTouches)
  Awaitable<Result<Bytes>> sign(const Intent& intent, const PinnedKey& key, protocol::TokenInput input,
                                Patience patience, Attendance attendance);

  /// True while somebody has it sign, or waits for his turn, a touch or a PIN.
  [[nodiscard]] bool is_signing() const { return !queue_.idle(); }

  /// Makes a key pair for one signature, on a connection of its own.
  ///
  /// @error KeyUnsuitable  the token showed a key of another kind than it was asked for; or the worker's
  /// @error PinRequired    as sign()
  Awaitable<Result<std::shared_ptr<SessionKey>>> make_session_key(const Intent& intent, const std::string& algorithm,
                                                                  Patience patience, const PinAsker& asker);

  /// Makes a key pair.
  ///
  /// @param order  its deadline is set here
  Awaitable<Result<protocol::TokenGenerateReply>> generate(const Intent& intent, protocol::TokenGenerateRequest order,
                                                           Deadline deadline);

  Awaitable<Result<std::vector<protocol::TokenKey>>> keys(Deadline deadline);
  /// Whether the token showed that key when its keys were read last.
  [[nodiscard]] bool has_shown(const std::string& fingerprint) const { return shown_.contains(fingerprint); }
  Awaitable<Result<protocol::TokenInfoReply>> info(Deadline deadline);

  /// Hands the keeper a connection over which a person's PIN will come; nothing of it is read here.
  ///
  /// @error WorkerFailed  the keeper is not there
  [[nodiscard]] Result<void> take_pin(UniqueFd connection);

  /// Whether a person enters its PIN, or has done so instead of the file that it is configured with.
  [[nodiscard]] bool has_persons_pin() const { return pins_.asks_somebody() || worker_.has_entered_pin(); }

  /// Forgets the PIN, and logs out.
  ///
  /// @error WorkerFailed  the keeper did not say that it has
  Awaitable<Result<void>> lock(Deadline deadline) { return worker_.forget_pin(deadline); }

  /// How it does, as Status shows it. Never an error: what is wrong is part of the answer.
  Awaitable<protocol::TokenInfo> status(Deadline deadline);

 private:
  /// One operation of the worker; waits for a worker that is about to be started.
  Awaitable<Result<json::Value>> call(std::string_view method, std::function<json::Value()> build, Deadline deadline,
                                      Repeat repeat, OnWaiting on_waiting = {});
  void note_reply(Result<json::Value>& reply);
  [[nodiscard]] std::string given_up_note() const;
  void note_touch(const Intent& intent, const PinnedKey& key, bool waited);
  void note_entered_pin(protocol::KeeperNews news);
  Awaitable<Result<std::shared_ptr<SessionKey>>> make_session_key_once(const std::string& algorithm, Deadline deadline);
  Awaitable<Result<Bytes>> ask_to_sign(const Intent& intent, const PinnedKey& key, const protocol::TokenInput& input,
                                       Deadline deadline, OnWaiting on_waiting);

  std::string name_;
  bool is_piv_;
  SocketFile socket_;
  PinAsking pins_;
  Worker worker_;
  TokenClient client_;
  TouchQueue queue_;
  MissedTouches& missed_;
  TouchWatch& touches_;
  std::map<std::string, Result<PinnedKey>> known_;                        // by identity
  std::set<std::string> shown_;                                           // fingerprints
  std::map<std::string, std::chrono::steady_clock::time_point> touched_;  // by key
  // How long the token may wait for a touch that nobody wants any more.
  Deadline given_up_until_ = Deadline::after(std::chrono::milliseconds(0));
};

}  // namespace signet::agent
