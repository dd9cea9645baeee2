#include "pkcs11/pcsc/card.h"

#include <winscard.h>

#include <array>
#include <utility>

namespace signet::pkcs11 {
namespace {

constexpr DWORD kProtocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
/// A short answer is 256 bytes and a status; some readers make more of it.
constexpr DWORD kMaxAnswer = 4096;

std::unexpected<CardFault> fault(LONG code, std::string_view function) {
  return std::unexpected(CardFault{.code = code, .function = function});
}

}  // namespace

CardResult<Card> Card::connect(const CardContext& context, const std::string& reader) {
  SCARDHANDLE handle = 0;
  DWORD protocol = 0;
  const LONG connected =
      SCardConnect(context.native(), reader.c_str(), SCARD_SHARE_SHARED, kProtocols, &handle, &protocol);
  if (connected != SCARD_S_SUCCESS) return fault(connected, "SCardConnect");
  return Card(handle, protocol);
}

Card::Card(Card&& other) noexcept
    : handle_(other.handle_), protocol_(other.protocol_), owns_(std::exchange(other.owns_, false)) {}
Card& Card::operator=(Card&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(protocol_, other.protocol_);
  std::swap(owns_, other.owns_);
  return *this;
}
Card::~Card() {
  if (owns_) (void)SCardDisconnect(handle_, SCARD_LEAVE_CARD);
}

CardResult<void> Card::reconnect() {
  const LONG again = SCardReconnect(handle_, SCARD_SHARE_SHARED, kProtocols, SCARD_LEAVE_CARD, &protocol_);
  if (again != SCARD_S_SUCCESS) return fault(again, "SCardReconnect");
  return {};
}

CardResult<Card::Transaction> Card::Transaction::begin(Card& card) {
  const LONG begun = SCardBeginTransaction(card.handle_);
  if (begun != SCARD_S_SUCCESS) return fault(begun, "SCardBeginTransaction");
  return Transaction(card);
}

Card::Transaction::Transaction(Transaction&& other) noexcept : card_(std::exchange(other.card_, nullptr)) {}
Card::Transaction::~Transaction() {
  if (card_ != nullptr) (void)SCardEndTransaction(card_->handle_, SCARD_LEAVE_CARD);
}

CardResult<Bytes> Card::Transaction::transmit(ByteView command) {
  const SCARD_IO_REQUEST* const request = card_->protocol_ == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  Bytes answer(kMaxAnswer);
  DWORD size = kMaxAnswer;
  const LONG sent =
      SCardTransmit(card_->handle_, request, command.data(), command.size(), nullptr, answer.data(), &size);
  if (sent != SCARD_S_SUCCESS) return fault(sent, "SCardTransmit");
  // Readers answer nothing for a card that was pulled while it was asked.
  if (size < 2) return fault(SCARD_E_NOT_TRANSACTED, "SCardTransmit");
  answer.resize(size);
  return answer;
}

}  // namespace signet::pkcs11
