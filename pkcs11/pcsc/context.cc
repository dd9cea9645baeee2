#include "pkcs11/pcsc/context.h"

#include <winscard.h>

#include <type_traits>
#include <utility>

namespace signet::pkcs11 {
namespace {

static_assert(std::is_same_v<SCARDCONTEXT, long>, "the header says long, so that it needs none of PC/SC");

/// PC/SC Lite knows 16 readers with names of at most 128 bytes.
constexpr DWORD kMaxNames = DWORD{16} * 128 + 1;

std::unexpected<CardFault> fault(LONG code, std::string_view function) {
  return std::unexpected(CardFault{.code = code, .function = function});
}

ReaderState state_from(DWORD event) {
  return {.present = (event & SCARD_STATE_PRESENT) != 0,
          .exclusive = (event & SCARD_STATE_EXCLUSIVE) != 0,
          .seen = event & ~DWORD{SCARD_STATE_CHANGED}};
}

}  // namespace

CardResult<CardContext> CardContext::establish() {
  SCARDCONTEXT context = 0;
  const LONG made = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
  if (made != SCARD_S_SUCCESS) return fault(made, "SCardEstablishContext");
  return CardContext(context);
}

CardContext::CardContext(CardContext&& other) noexcept
    : context_(other.context_), owns_(std::exchange(other.owns_, false)) {}
CardContext& CardContext::operator=(CardContext&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(owns_, other.owns_);
  return *this;
}
CardContext::~CardContext() {
  if (owns_) (void)SCardReleaseContext(context_);
}

CardResult<std::vector<std::string>> CardContext::readers() const {
  std::vector<char> names(kMaxNames);
  DWORD size = kMaxNames;
  const LONG listed = SCardListReaders(context_, nullptr, names.data(), &size);
  if (listed == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  if (listed != SCARD_S_SUCCESS) return fault(listed, "SCardListReaders");
  // Names that end in a NUL each, and an empty one at the end.
  std::vector<std::string> readers;
  const std::string_view text(names.data(), std::min(size, kMaxNames));
  for (std::size_t at = 0; at < text.size() && text[at] != '\0';) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    readers.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return readers;
}

CardResult<ReaderState> CardContext::state(const std::string& reader) const {
  SCARD_READERSTATE state{};
  state.szReader = reader.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;
  const LONG told = SCardGetStatusChange(context_, 0, &state, 1);
  if (told != SCARD_S_SUCCESS) return fault(told, "SCardGetStatusChange");
  return state_from(state.dwEventState);
}

CardResult<ReaderState> CardContext::wait_for_change(const std::string& reader, const ReaderState& known,
                                                     Deadline deadline) const {
  SCARD_READERSTATE state{};
  state.szReader = reader.c_str();
  state.dwCurrentState = known.seen;
  const LONG told = SCardGetStatusChange(context_, static_cast<DWORD>(deadline.remaining().count()), &state, 1);
  if (told != SCARD_S_SUCCESS && told != SCARD_E_TIMEOUT) return fault(told, "SCardGetStatusChange");
  return told == SCARD_E_TIMEOUT ? CardResult<ReaderState>(known) : state_from(state.dwEventState);
}

}  // namespace signet::pkcs11
