#include "pkcs11/pcsc/fault.h"

#include <winscard.h>

#include <algorithm>
#include <array>
#include <string>

namespace signet::pkcs11 {
namespace {

constexpr std::string_view kPlugIn = "plug the token in and try again";
constexpr std::string_view kStartPcscd = "start pcscd: systemctl start pcscd.socket";

struct Row {
  LONG code;
  std::string_view name;
  ErrorCode error;
  std::string_view meaning;
  std::string_view remedy;
};
#define ROW(name, error, ...) \
  Row { name, #name, ErrorCode::error, __VA_ARGS__ }
constexpr std::array kRows = {
    ROW(SCARD_E_NO_SMARTCARD, TokenRemoved, "no card is in the reader", kPlugIn),
    ROW(SCARD_W_REMOVED_CARD, TokenRemoved, "the card was removed", kPlugIn),
    ROW(SCARD_E_UNKNOWN_READER, TokenRemoved, "the reader is not there any more", kPlugIn),
    ROW(SCARD_E_READER_UNAVAILABLE, TokenRemoved, "the reader was unplugged", kPlugIn),
    ROW(SCARD_E_NO_READERS_AVAILABLE, TokenRemoved, "no reader is there", kPlugIn),
    ROW(SCARD_W_UNPOWERED_CARD, TokenRemoved, "the card has no power", kPlugIn),
    ROW(SCARD_W_UNRESPONSIVE_CARD, TokenRemoved, "the card does not answer", kPlugIn),
    ROW(SCARD_E_NOT_TRANSACTED, TokenRemoved, "the card went away while it was asked", kPlugIn),
    ROW(SCARD_E_COMM_DATA_LOST, TokenRemoved, "the card went away while it was asked", kPlugIn),
    ROW(SCARD_F_COMM_ERROR, TokenRemoved, "pcscd went away while it was asked", kStartPcscd),
    ROW(SCARD_E_NO_SERVICE, TokenRemoved, "pcscd does not run", kStartPcscd),
    ROW(SCARD_E_SERVICE_STOPPED, TokenRemoved, "pcscd has stopped", kStartPcscd),
    ROW(SCARD_E_INVALID_HANDLE, TokenRemoved, "pcscd does not know this connection any more", kStartPcscd),
    ROW(SCARD_W_RESET_CARD, TokenBusy, "another program keeps resetting the card", "try again"),
    ROW(SCARD_E_SHARING_VIOLATION, TokenBusy, "another program has the reader for itself", "end it and try again"),
    ROW(SCARD_W_SECURITY_VIOLATION, NotAuthorized, "the system's policy (polkit) refuses access to the reader",
        "log in at this machine, or permit org.debian.pcsc-lite.access_pcsc and .access_card to your user"),
    ROW(SCARD_E_PROTO_MISMATCH, WorkerFailed, "the card speaks another protocol", "use another reader"),
    ROW(SCARD_E_TIMEOUT, Deadline, "nothing happened in time", "try again"),
    ROW(SCARD_E_CANCELLED, Cancelled, "it was called off", ""),
};
#undef ROW

bool is_one_of(const CardFault& fault, std::initializer_list<LONG> codes) {
  return std::ranges::find(codes, fault.code) != codes.end();
}

std::string number_of(long code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) {
    text.push_back(kDigits[(static_cast<unsigned long>(code) >> static_cast<unsigned>(shift)) & 0xfU]);
  }
  return text;
}

}  // namespace

bool is_reset(const CardFault& fault) { return fault.code == SCARD_W_RESET_CARD; }

bool is_removal(const CardFault& fault) {
  return is_one_of(fault, {SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD, SCARD_E_UNKNOWN_READER,
                           SCARD_E_READER_UNAVAILABLE, SCARD_E_NO_READERS_AVAILABLE, SCARD_W_UNPOWERED_CARD,
                           SCARD_W_UNRESPONSIVE_CARD, SCARD_E_NOT_TRANSACTED, SCARD_E_COMM_DATA_LOST});
}

bool is_lost_service(const CardFault& fault) {
  return is_one_of(fault, {SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED, SCARD_E_INVALID_HANDLE});
}

bool is_held(const CardFault& fault) { return fault.code == SCARD_E_SHARING_VIOLATION; }

Error error_from(const CardFault& fault) {
  const auto* const row = std::ranges::find(kRows, fault.code, &Row::code);
  const std::string where = std::string(fault.function) + ": ";
  if (row == kRows.end()) {
    return Error{.code = ErrorCode::WorkerFailed,
                 .what = "PC/SC failed (" + where + number_of(fault.code) + ")",
                 .remedy = "try again; if it stays so, unplug the token and plug it in"};
  }
  return Error{.code = row->error,
               .what = std::string(row->meaning) + " (" + where + std::string(row->name) + ")",
               .remedy = std::string(row->remedy)};
}

}  // namespace signet::pkcs11
