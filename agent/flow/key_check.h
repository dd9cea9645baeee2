// Reading the identities' keys when the agent starts, so that a key that is missing, exchanged or unfit is known before
// anybody asks for a signature: the configuration pins public keys by their fingerprint, so only the token can say what
// kind they are (D3).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/bell.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "config/configuration.h"

namespace signet::agent {

/// What is wrong with the identity's key on that token, as far as it was read: KeyNotFound, KeyUnsuitable,
/// InvalidRequest (it pins none). Nothing where it is good, or where its token was not there yet.
[[nodiscard]] std::optional<Error> key_problem(Tokens& tokens, const config::Identity& identity,
                                               const std::string& token);

/// Whether the token may hold that identity's key by now: it was never read, or had no such key when it was.
[[nodiscard]] bool is_worth_a_look(const Token& token, const std::string& identity);

/// One thread.
class KeyCheck {
 public:
  using Notice = std::function<void(const std::string&)>;
  /// All must outlive this object.
  KeyCheck(boost::asio::any_io_executor executor, const config::Configuration& configuration, Tokens& tokens);
  ~KeyCheck();
  KeyCheck(const KeyCheck&) = delete;
  KeyCheck& operator=(const KeyCheck&) = delete;

  /// Begins to read the keys of every token, each for itself, and tells of each identity that cannot be used.
  void start(Notice notice);
  /// Reads the keys of one token's identities, as far as is_worth_a_look().
  Awaitable<void> read(Token& token, Deadline deadline);
  /// Begins to do so.
  ///
  /// @return false  a read of that token is on its way
  bool look_again(Token& token);
  /// Ends when all were read or could not be, or at the deadline.
  Awaitable<void> wait(Deadline deadline);
  /// Gives up what is still being read, and ends when that has ended.
  ///
  /// @return false  it did not end by the deadline
  Awaitable<bool> stop(Deadline deadline);

 private:
  Awaitable<void> run(Notice notice);
  Awaitable<void> read_again(Token& token);
  void spawn(Awaitable<void> work);

  boost::asio::any_io_executor executor_;
  const config::Configuration& configuration_;
  Tokens& tokens_;
  Bell ended_;
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace signet::agent
