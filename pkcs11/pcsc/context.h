// A connection to pcscd: its readers, and what is in them.
#pragma once

#include <string>
#include <vector>

#include "common/time.h"
#include "pkcs11/pcsc/fault.h"

namespace signet::pkcs11 {

struct ReaderState {
  bool present = false;    ///< a card is in it
  bool exclusive = false;  ///< a program has it for itself
  unsigned long seen = 0;  ///< pcscd's own state, with its count of events, for wait_for_change()
};

/// Owns a PC/SC context. One thread at a time.
class CardContext {
 public:
  /// Connects to pcscd ($PCSCLITE_CSOCK_NAME, else its usual socket).
  [[nodiscard]] static CardResult<CardContext> establish();

  CardContext(CardContext&& other) noexcept;
  CardContext& operator=(CardContext&& other) noexcept;
  CardContext(const CardContext&) = delete;
  CardContext& operator=(const CardContext&) = delete;
  ~CardContext();

  /// The readers' names; none is no fault.
  [[nodiscard]] CardResult<std::vector<std::string>> readers() const;
  [[nodiscard]] CardResult<ReaderState> state(const std::string& reader) const;
  /// Sleeps until pcscd says that something about the reader is different from `known`, or the deadline has passed;
  /// then the state as it is.
  [[nodiscard]] CardResult<ReaderState> wait_for_change(const std::string& reader, const ReaderState& known,
                                                        Deadline deadline) const;

  [[nodiscard]] long native() const { return context_; }

 private:
  explicit CardContext(long context) : context_(context) {}

  long context_ = 0;
  bool owns_ = true;
};

}  // namespace signet::pkcs11
