// A card in a reader, shared with other programs: a handle, and short moments in which it is ours alone.
#pragma once

#include <string>

#include "common/bytes.h"
#include "pkcs11/pcsc/context.h"
#include "pkcs11/pcsc/fault.h"

namespace signet::pkcs11 {

/// Owns a card handle; leaves the card as it is when it goes. One thread at a time; must not outlive its context.
class Card {
 public:
  /// Connects, sharing the card. Waits, without a limit, while another program has a transaction.
  [[nodiscard]] static CardResult<Card> connect(const CardContext& context, const std::string& reader);

  Card(Card&& other) noexcept;
  Card& operator=(Card&& other) noexcept;
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card();

  /// After another program has reset the card.
  [[nodiscard]] CardResult<void> reconnect();

  /// The card for ourselves, as short as possible: everybody else waits.
  class Transaction {
   public:
    /// Waits, without a limit, while another program has one.
    [[nodiscard]] static CardResult<Transaction> begin(Card& card);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// Leaves the card's state, so that the PIN needs not be sent again.
    ~Transaction();

    /// One command APDU and its answer, data and SW1 SW2: at least two bytes. The answer may hold a secret where the
    /// command asks for one.
    [[nodiscard]] CardResult<Bytes> transmit(ByteView command);

   private:
    explicit Transaction(Card& card) : card_(&card) {}
    Card* card_;
  };

 private:
  Card(long handle, unsigned long protocol) : handle_(handle), protocol_(protocol) {}

  long handle_ = 0;
  unsigned long protocol_ = 0;
  bool owns_ = true;
};

}  // namespace signet::pkcs11
