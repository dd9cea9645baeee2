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
#include "common/process.h"
#include "pkcs11/link/report.h"

namespace signet::pkcs11 {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kName = "signet-token";
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{10'000};
/// A child that lived this long, or answered anything, is replaced as soon as the first one; one that does neither
/// waits longer each time.
constexpr std::chrono::seconds kLivedWell{30};
/// The board is looked at this often: a call that began since is seen at the latest then. Where it is empty, we sleep
/// until the child wakes us, which it has to do at most once in this time however many calls follow each other.
constexpr milliseconds kLook{500};
/// What a child gets to leave its token in order. The agent waits longer for us.
constexpr milliseconds kEnding{1000};

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
  auto program = sibling_program(options.piv ? "signet-piv" : "signet-module");
  if (!program) return fail(std::move(program.error()));
  auto board = CallBoard::create();
  if (!board) return fail(std::move(board.error()));
  auto pin = PinKeeper::load(options.pin_file, options.pin_proven);
  if (!pin) return fail(std::move(pin.error()));
  return Keeper(options, std::move(control), std::move(listener), std::move(*program), std::move(*board),
                std::move(*pin));
}

Result<void> Keeper::run() {
  if (auto adopts = adopt_leftovers(); !adopts) return adopts;
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
  if (child_) child_->let_end(kEnding);
  child_.reset();
  end_leftovers();
  return {};
}

void Keeper::start_child() {
  board_.clear();
  look_at_.reset();
  started_ = steady_clock::now();
  auto child = Child::start(program_, encode_child_arguments(options_), listener_.get(), board_.file());
  if (child) {
    child_ = std::move(*child);
    tell_agent({});
    return;
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  start_later(child.error().sentence());
}

void Keeper::start_later(std::string why) {
  next_start_ = steady_clock::now() + pause_;
  why += "; it is started anew in " + std::to_string(pause_.count()) + " ms";
  report(kName, why);
  if (pause_ > kFirstPause) tell_agent({.trouble = std::move(why)});
}

// An agent that does not read is told nothing: it has other signs.
void Keeper::tell_agent(const protocol::KeeperNote& note) const {
  const std::string packet = note.encode();
  (void)::send(control_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Keeper::child_ended() {
  // What it said before it ended counts: a refused PIN above all.
  while (answer_child()) {
  }
  const std::string how = child_->reap();
  child_.reset();
  end_leftovers();
  pin_.child_ended();
  const bool was_of_use = board_.has_answered() || steady_clock::now() - started_ >= kLivedWell;
  pause_ = was_of_use ? kFirstPause : std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  start_later("signet-module ended " + how);
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
    tell_of_proof();
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

// The agent remembers it for the keeper that comes after this one. It need not be told twice, nor wait for it.
void Keeper::tell_of_proof() {
  if (!pin_.proven() || std::exchange(told_of_proof_, true)) return;
  tell_agent({.pin_taken = true});
}

void Keeper::end_late_child() {
  const auto deadline = child_ ? board_.earliest() : std::nullopt;
  if (!deadline || steady_clock::now() < *deadline + kGrace) return;
  report(kName, "a call of the module lasts longer than its deadline; signet-module is ended");
  child_->kill();
  if (board_.has_answered()) pause_ = milliseconds(0);
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
