#include "pkcs11/keeper/keeper.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "common/file.h"
#include "pkcs11/link/report.h"

namespace signet::pkcs11 {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kName = "signet-token";
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{10'000};
/// A child that lived this long is replaced at once again.
constexpr std::chrono::seconds kLivedWell{30};
/// The board is looked at this often: a call that began since is seen at the latest then. Where it is empty, we sleep
/// until the child wakes us, which it has to do at most once in this time however many calls follow each other.
constexpr milliseconds kLook{500};

int poll_time(steady_clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, kLongestPause.count()));
}

}  // namespace

Keeper::Keeper(Options options, UniqueFd control, UniqueFd listener, std::filesystem::path program, CallBoard board,
               PinKeeper pin)
    : options_(std::move(options)),
      control_(std::move(control)),
      listener_(std::move(listener)),
      program_(std::move(program)),
      board_(std::move(board)),
      pin_(std::move(pin)) {}

Result<Keeper> Keeper::make(const Options& options, UniqueFd control, UniqueFd listener) {
  auto program = sibling_program("signet-module");
  if (!program) return fail(std::move(program.error()));
  auto board = CallBoard::create();
  if (!board) return fail(std::move(board.error()));
  auto pin = PinKeeper::load(options.pin_file);
  if (!pin) return fail(std::move(pin.error()));
  return Keeper(options, std::move(control), std::move(listener), std::move(*program), std::move(*board),
                std::move(*pin));
}

Result<void> Keeper::run() {
  for (;;) {
    if (!child_ && steady_clock::now() >= next_start_) start_child();
    // poll(2) passes over negative descriptors.
    std::array<pollfd, 3> events = {{{.fd = control_.get(), .events = POLLIN, .revents = 0},
                                     {.fd = child_ ? child_->link() : -1, .events = POLLIN, .revents = 0},
                                     {.fd = child_ ? child_->ended_fd() : -1, .events = POLLIN, .revents = 0}}};
    if (::poll(events.data(), events.size(), next_look()) < 0 && errno != EINTR) {
      return fail(ErrorCode::Bug, "poll: " + errno_text(errno));
    }
    if (events[0].revents != 0 && agent_has_gone()) break;
    if ((events[1].revents & POLLIN) != 0) (void)answer_child();
    if (events[2].revents != 0) child_ended();
    end_late_child();
  }
  child_.reset();
  return {};
}

void Keeper::start_child() {
  board_.clear();
  look_at_.reset();
  started_ = steady_clock::now();
  auto child = Child::start(program_, encode_module_arguments(options_), listener_.get(), board_.file());
  if (child) {
    child_ = std::move(*child);
    return;
  }
  report(kName, child.error().sentence());
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  next_start_ = started_ + pause_;
}

void Keeper::child_ended() {
  // What it said before it ended counts: a refused PIN above all.
  while (answer_child()) {
  }
  const auto now = steady_clock::now();
  const std::string how = child_->reap();
  child_.reset();
  pin_.child_ended();
  pause_ = now - started_ >= kLivedWell ? kFirstPause : std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  next_start_ = now + pause_;
  report(kName, "signet-module ended " + how + "; it is started anew in " + std::to_string(pause_.count()) + " ms");
}

bool Keeper::answer_child() {
  std::array<std::uint8_t, kMaxFrame> buffer{};  // the child sends no secrets
  const auto frame = receive_frame(child_->link(), buffer, Deadline::after(milliseconds(0)));
  if (!frame) {
    // Its end is reported by ended_fd(); garbage on the link is a reason to end it.
    if (frame.error().code != ErrorCode::Deadline) child_->kill();
    return false;
  }
  if (frame->kind == FrameKind::Wake) {
    look_at_ = steady_clock::now() + kLook;
  } else if (frame->kind == FrameKind::PinWanted) {
    send_pin();
  } else if (frame->kind == FrameKind::PinAccepted) {
    pin_.accepted();
  } else if (frame->kind == FrameKind::PinUnused) {
    pin_.unused();
  } else if (frame->kind == FrameKind::PinUnclear) {
    pin_.unclear();
  } else if (frame->kind == FrameKind::PinGone) {
    pin_.gone();
  } else if (frame->kind == FrameKind::PinRefused) {
    pin_.refused();
    report(kName, "the token refused the PIN; it is not sent again");
  } else {
    child_->kill();
  }
  return true;
}

void Keeper::send_pin() {
  const Frame answer = pin_.answer();
  if (send_frame(child_->link(), answer.kind, answer.content)) {
    pin_.answered();
  } else {
    child_->kill();
  }
}

void Keeper::end_late_child() {
  const auto deadline = child_ ? board_.earliest() : std::nullopt;
  if (!deadline || steady_clock::now() < *deadline + kGrace) return;
  report(kName, "a call of the module lasts longer than its deadline; signet-module is ended");
  child_->kill();
  board_.clear();
}

bool Keeper::agent_has_gone() const {
  // The agent has nothing to say over this socket; what it says all the same is read away.
  std::array<char, 64> buffer{};
  const ssize_t size = ::recv(control_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
}

int Keeper::next_look() {
  if (!child_) return poll_time(next_start_);
  const auto now = steady_clock::now();
  if (look_at_ && now >= *look_at_) {
    look_at_ = board_.sleep() ? std::nullopt : std::optional(now + kLook);
  }
  if (!look_at_) return -1;
  const auto deadline = board_.earliest();
  return poll_time(deadline ? std::min(*look_at_, *deadline + kGrace) : *look_at_);
}

}  // namespace signet::pkcs11
