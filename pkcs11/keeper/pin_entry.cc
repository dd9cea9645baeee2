#include "pkcs11/keeper/pin_entry.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "pkcs11/link/frames.h"
#include "protocol/peer.h"
#include "protocol/pin_record.h"

namespace signet::pkcs11 {
namespace {

using protocol::kPinRecordHead;

static_assert(protocol::kMaxEnteredPin == kMaxPin);

// Short enough for any socket's buffer; who does not read it has other signs.
void answer(const UniqueFd& connection, const Result<void>& outcome) {
  const std::string text = protocol::encode_pin_answer(outcome);
  (void)::send(connection.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

PinEntry::PinEntry(UniqueFd connection, LockedPage page)
    : connection_(std::move(connection)), page_(std::move(page)), deadline_(Deadline::after(kEntryTime)) {}

void PinEntry::turn_away(const UniqueFd& connection, const std::string& why) {
  answer(connection, fail(ErrorCode::InvalidRequest, why));
}

Result<PinEntry> PinEntry::open(UniqueFd connection) {
  const auto uid = protocol::peer_uid(connection.get());
  if (!uid || *uid != ::geteuid()) {
    turn_away(connection, "this program belongs to another user");
    return fail(ErrorCode::NotAuthorized, "a PIN comes from a program of another user");
  }
  auto page = LockedPage::make();
  if (!page) {
    turn_away(connection, page.error().what);
    return fail(std::move(page.error()));
  }
  return PinEntry(std::move(connection), std::move(*page));
}

Result<bool> PinEntry::read_until(std::size_t size) {
  while (have_ < size) {
    const ssize_t count = ::recv(connection_.get(), page_.room().data() + have_, size - have_, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) return fail(ErrorCode::WorkerFailed, "the program that has the PIN went away");
    have_ += static_cast<std::size_t>(count);
  }
  return true;
}

// Head and PIN apart: not a byte more is read than belongs to the record.
Result<std::optional<EnteredPin>> PinEntry::read() {
  const auto begun = read_until(kPinRecordHead);
  if (!begun) return fail(begun.error());
  if (!*begun) return std::nullopt;
  const auto head = protocol::parse_pin_record_head(ByteView(page_.room()).first(kPinRecordHead));
  if (!head) {
    refuse(head.error().what);
    return fail(head.error());
  }
  const auto whole = read_until(kPinRecordHead + head->length);
  if (!whole) return fail(whole.error());
  if (!*whole) return std::nullopt;
  answer(connection_, {});
  return EnteredPin{.bytes = ByteView(page_.room()).subspan(kPinRecordHead, head->length), .insists = head->insists};
}

}  // namespace signet::pkcs11
