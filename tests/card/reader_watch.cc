#include "tests/card/reader_watch.h"

#include <winscard.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "common/time.h"
#include "tests/card/pcsc_readers.h"

namespace signet::test {
namespace {

constexpr DWORD kSlice = 1000;  // milliseconds

// pcscd's poll counts each change that it has seen, in the upper half of the state.
unsigned long changes_in(DWORD state) { return state >> 16U; }

// With the state unknown the first call returns at once; the next ones wait for a change. A client's call that fails
// makes a reader look empty before the poll has seen it; a card that is put back then is never seen again.
void wait_for_state(SCARDCONTEXT context, const std::string& reader, bool present, unsigned long& changes_with_card,
                    Deadline deadline) {
  SCARD_READERSTATE state{};
  state.szReader = reader.c_str();
  const auto reached = [&] {
    if (((state.dwEventState & SCARD_STATE_PRESENT) != 0) != present) return false;
    return present || changes_in(state.dwEventState) != changes_with_card;
  };
  do {
    state.dwCurrentState = state.dwEventState;
    const LONG result = ::SCardGetStatusChange(context, kSlice, &state, 1);
    if (result != SCARD_S_SUCCESS && result != static_cast<LONG>(SCARD_E_TIMEOUT)) return;
  } while (!reached() && !deadline.passed());
  if (present) changes_with_card = changes_in(state.dwEventState);
}

void wait_until(const ReaderWatch::Expected& expected, ReaderWatch::Changes& changes_with_card) {
  const auto deadline = Deadline::after(std::chrono::minutes(1));
  SCARDCONTEXT context = 0;
  while (context == 0 && !deadline.passed()) {
    (void)::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
  }
  std::vector<std::string> readers;
  while (readers.size() < expected.size() && !deadline.passed()) readers = pcsc_readers(context);
  for (std::size_t i = 0; i < expected.size() && i < readers.size(); ++i) {
    if (expected.at(i)) wait_for_state(context, readers.at(i), *expected.at(i), changes_with_card.at(i), deadline);
  }
  (void)::SCardReleaseContext(context);
}

}  // namespace

ReaderWatch::ReaderWatch(const std::filesystem::path& pcscd_socket) {
  ::setenv("PCSCLITE_CSOCK_NAME", pcscd_socket.c_str(), 1);
}

ReaderWatch::~ReaderWatch() {
  if (thread_.joinable()) thread_.detach();
}

void ReaderWatch::forget() {
  if (thread_.joinable()) thread_.join();
  changes_with_card_->fill(kNever);
}

void ReaderWatch::when(const Expected& expected, std::function<void()> seen) {
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([expected, seen = std::move(seen), changes = changes_with_card_] {
    wait_until(expected, *changes);
    seen();
  });
}

}  // namespace signet::test
