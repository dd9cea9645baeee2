// A PIV card as a key store: signet's own door, without a PKCS#11 module.
//
// Keys are known by their slot: the id of the key in slot 9C is "9c". One operation at a time has the card.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pkcs11/link/options.h"
#include "pkcs11/piv/live_card.h"
#include "pkcs11/piv/rest.h"
#include "pkcs11/piv/slot_key.h"
#include "pkcs11/serving/key_store.h"
#include "pkcs11/serving/last_answer.h"
#include "pkcs11/serving/turn.h"

namespace signet::pkcs11 {

/// All methods may be called by the threads of several connections, and fail with Deadline and Cancelled (turn.h) and
/// as LiveCard::run() does.
class PivStore : public KeyStore {
 public:
  /// @param link  outlives it
  PivStore(const Options& options, KeeperLink& link);

  [[nodiscard]] std::string_view product() const override { return "signet-piv"; }
  [[nodiscard]] std::unique_ptr<Visit> receive(Caller& caller) override;
  void close() override;

  /// While the card is at work for somebody else, the answers of info() and keys() are those of the last time: nobody
  /// changes a card that waits for a finger.
  [[nodiscard]] Result<protocol::TokenInfoReply> info(Caller& caller, Deadline deadline);
  [[nodiscard]] Result<std::vector<protocol::TokenKey>> keys(Caller& caller, Deadline deadline);

  /// @error InvalidRequest  no such slot, or it holds a key
  /// @error KeyUnsuitable   as algorithm_for_new_key() and generate_key_pair()
  /// @error NotAuthorized   as open_management()
  [[nodiscard]] Result<protocol::TokenGenerateReply> generate(Caller& caller,
                                                              const protocol::TokenGenerateRequest& request,
                                                              Deadline deadline);

  /// @error KeyNotFound    the slot is empty, or holds another key than `request` means
  /// @error KeyUnsuitable  as signing_block()
  /// @error TouchTimeout   the card wanted a touch and nobody touched it
  /// @error as log_in_to_card()
  [[nodiscard]] Result<Bytes> sign(Caller& caller, const protocol::TokenSignRequest& request, Deadline deadline);

 private:
  /// One piece of work with the card, for whoever has the turn.
  template <typename T>
  [[nodiscard]] Result<T> with_card(
      Caller& caller, Deadline deadline,
      const std::function<Result<T>(CardExchange& card, const LiveCard::Commit& point_of_no_return)>& work);

  [[nodiscard]] protocol::TokenInfoReply describe() const;
  [[nodiscard]] Result<protocol::TokenInfoReply> read_info(CardExchange& card);
  [[nodiscard]] Result<std::vector<protocol::TokenKey>> read_keys(CardExchange& card);
  /// Null for an empty slot.
  [[nodiscard]] Result<const SlotKey*> key_in(CardExchange& card, const PivSlot& slot);
  /// Never null.
  [[nodiscard]] Result<const SlotKey*> meant_key(CardExchange& card, const PivSlot& slot, ByteView spki);
  [[nodiscard]] Result<void> check_empty(CardExchange& card, const PivSlot& slot);
  [[nodiscard]] Result<void> log_in_for(CardExchange& card, const PivSlot& slot, const SlotKey& key);
  [[nodiscard]] Result<Bytes> ask_to_sign(Caller& caller, CardExchange& card, const PivSlot& slot, const SlotKey& key,
                                          ByteView block);

  KeeperLink& link_;
  Turns turns_;
  LiveCard card_;                          // by whoever has the turn
  std::map<std::uint8_t, SlotKey> known_;  // keys of the present card; by whoever has the turn
  std::uint64_t known_of_ = 0;             // LiveCard::finding() of known_
  LastAnswer<protocol::TokenInfoReply> info_;
  LastAnswer<std::vector<protocol::TokenKey>> keys_;
  Turns::Alone closed_;
  Rest rest_;  // last: it releases the card
};

}  // namespace signet::pkcs11
