#include "tests/card/reader_watch.h"

#include <winscard.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include "common/time.h"

namespace signet::test {
namespace {

constexpr DWORD kSlice = 1000;  // milliseconds

std::string first_reader(SCARDCONTEXT context) {
  std::array<char, 1024> names{};
  DWORD size = names.size();
  if (::SCardListReaders(context, nullptr, names.data(), &size) != SCARD_S_SUCCESS) return "";
  return names.data();  // ends at the first of several NULs
}

void wait_until(bool present) {
  SCARDCONTEXT context = 0;
  std::string reader;
  for (const auto deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed();) {
    if (context == 0) (void)::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
    if (reader.empty()) reader = first_reader(context);
    if (reader.empty()) continue;
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    // With the state unknown the first call returns at once; the next ones wait for a change.
    (void)::SCardGetStatusChange(context, kSlice, &state, 1);
    while (((state.dwEventState & SCARD_STATE_PRESENT) != 0) != present && !deadline.passed()) {
      state.dwCurrentState = state.dwEventState;
      (void)::SCardGetStatusChange(context, kSlice, &state, 1);
    }
    break;
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

void ReaderWatch::when(bool present, std::function<void()> seen) {
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([present, seen = std::move(seen)] {
    wait_until(present);
    seen();
  });
}

}  // namespace signet::test
