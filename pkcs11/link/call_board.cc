#include "pkcs11/link/call_board.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "common/file.h"

namespace signet::pkcs11 {

// Nanoseconds of the steady clock, which is CLOCK_MONOTONIC and the same in both processes; 0 where no call is under
// way. Seats lie on cache lines of their own.
struct CallBoard::Page {
  struct alignas(64) Seat {
    std::atomic<std::int64_t> deadline;
  };
  alignas(64) std::atomic<std::uint32_t> keeper_sleeps;
  std::atomic<std::uint32_t> answered;
  std::array<Seat, kSeats> seats;
};

namespace {

std::unexpected<Error> refuse(const char* step) {
  return fail(ErrorCode::Bug, std::string("the board of calls: ") + step + ": " + errno_text(errno));
}

}  // namespace

static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

CallBoard::CallBoard(UniqueFd file, Page* page) : file_(std::move(file)), page_(page) {}
CallBoard::CallBoard(CallBoard&& other) noexcept
    : file_(std::move(other.file_)), page_(std::exchange(other.page_, nullptr)) {}
CallBoard& CallBoard::operator=(CallBoard&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(page_, other.page_);
  return *this;
}
CallBoard::~CallBoard() {
  if (page_ != nullptr) ::munmap(page_, sizeof(Page));
}

Result<CallBoard> CallBoard::create() {
  UniqueFd file(::memfd_create("signet-calls", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), sizeof(Page)) != 0) return refuse("memfd_create");
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return refuse("F_ADD_SEALS");
  auto board = open(std::move(file));
  if (board) board->page_->keeper_sleeps = 1;
  return board;
}

Result<CallBoard> CallBoard::open(UniqueFd file) {
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return refuse("fstat");
  if (facts.st_size != sizeof(Page)) return fail(ErrorCode::Bug, "the board of calls is of another size");
  void* memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return refuse("mmap");
  return CallBoard(std::move(file), static_cast<Page*>(memory));
}

// begin() and sleep() both write their own word first and read the other's afterwards, in one total order (seq_cst, the
// default): at least one of the two sees the other.
bool CallBoard::begin(std::size_t seat, Deadline deadline) {
  page_->seats.at(seat).deadline = std::max<std::int64_t>(1, deadline.point().time_since_epoch().count());
  return page_->keeper_sleeps != 0 && page_->keeper_sleeps.exchange(0) != 0;
}

void CallBoard::end(std::size_t seat) { page_->seats.at(seat).deadline.store(0, std::memory_order_release); }

// Looked at before it is written: threads that answer at the same time do not take the line from each other.
void CallBoard::note_answer() {
  if (!has_answered()) page_->answered.store(1, std::memory_order_relaxed);
}
bool CallBoard::has_answered() const { return page_->answered.load(std::memory_order_relaxed) != 0; }

std::optional<std::chrono::steady_clock::time_point> CallBoard::earliest() const {
  std::int64_t first = 0;
  for (const Page::Seat& seat : page_->seats) {
    const std::int64_t deadline = seat.deadline;
    if (deadline > 0 && (first == 0 || deadline < first)) first = deadline;
  }
  if (first == 0) return std::nullopt;
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(first));
}

bool CallBoard::sleep() {
  page_->keeper_sleeps = 1;
  if (!earliest()) return true;
  page_->keeper_sleeps = 0;
  return false;
}

void CallBoard::clear() {
  for (Page::Seat& seat : page_->seats) seat.deadline = 0;
  page_->answered = 0;
  page_->keeper_sleeps = 1;
}

}  // namespace signet::pkcs11
