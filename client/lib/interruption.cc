#include "client/lib/interruption.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <tuple>

namespace signet::client {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

// All that a handler can reach.
std::atomic<int> first{0};      // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> open_end{-1};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<int>::is_always_lock_free);

void note(int signal) {
  int none = 0;
  first.compare_exchange_strong(none, signal);
  if (const int end = open_end.exchange(-1); end >= 0) ::close(end);
}

}  // namespace

Interruption::Interruption() {
  first = 0;
  if (int ends[2]; ::pipe2(ends, O_CLOEXEC) == 0) {
    fd_ = ends[0];
    open_end = ends[1];
  }
  struct sigaction noting{};
  noting.sa_handler = note;
  noting.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals.at(i), nullptr, &before_.at(i));
    if (before_.at(i).sa_handler != SIG_IGN) ::sigaction(kSignals.at(i), &noting, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals.at(i), &before_.at(i), nullptr);
  if (const int end = open_end.exchange(-1); end >= 0) ::close(end);
  if (fd_ >= 0) ::close(fd_);
  if (first != 0) std::ignore = ::raise(first);
}

bool Interruption::came() { return first != 0; }

}  // namespace signet::client
