// A connection on which a person's PIN comes: the program that asked for it is at the other end, and the agent, which
// handed the connection over, reads nothing of it (protocol/pin_record.h).
//
// Never waits: the keeper's loop calls read() when there is something to read, and gives it up at the deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "common/locked_page.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

/// What is typed has been typed before the connection is handed over.
inline constexpr std::chrono::seconds kEntryTime{5};

struct EnteredPin {
  ByteView bytes;  ///< in the entry's page
  bool insists = false;
};

/// Belongs to the keeper's thread. Closing it (the destructor) wipes what has come.
class PinEntry {
 public:
  /// A connection whose other end is a program of another user is refused, and told so.
  ///
  /// @error NotAuthorized  it is
  /// @error Bug            there is no locked memory to be had
  [[nodiscard]] static Result<PinEntry> open(UniqueFd connection);

  /// Tells the other end why its PIN is not read.
  static void turn_away(const UniqueFd& connection, const std::string& why);

  /// Reads what is there. Where the record is whole the other end is told that it was taken; the PIN is valid until
  /// this object changes.
  ///
  /// @return  nothing while more is to come
  /// @error InvalidRequest  what came is no record; the other end is told
  /// @error WorkerFailed    the other end has gone
  [[nodiscard]] Result<std::optional<EnteredPin>> read();

  /// Tells the other end why.
  void refuse(const std::string& why) const { turn_away(connection_, why); }

  [[nodiscard]] int fd() const { return connection_.get(); }
  [[nodiscard]] Deadline deadline() const { return deadline_; }

 private:
  PinEntry(UniqueFd connection, LockedPage page);
  /// True where so many bytes are there.
  [[nodiscard]] Result<bool> read_until(std::size_t size);

  UniqueFd connection_;
  LockedPage page_;
  Deadline deadline_;
  std::size_t have_ = 0;
};

}  // namespace signet::pkcs11
