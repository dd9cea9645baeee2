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
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/report.h"
#include "protocol/pin_record.h"

namespace signet::pkcs11 {
namespace {

using protocol::KeeperNews;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kName = "signet-token";
constexpr std::string_view kLockedAway = "the PIN was forgotten when the token was locked";
constexpr std::string_view kTimeIsOver = "the PIN was forgotten at the end of its time (pin_keep)";
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
/// How long what is being signed when a PIN's time is over may take to its end, and how often we look.
constexpr std::chrono::seconds kLastCalls{5};
constexpr milliseconds kIdleLook{50};

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
    std::array<pollfd, 4> events = {{{.fd = control_.get(), .events = POLLIN, .revents = 0},
                                     {.fd = child_ ? child_->link() : -1, .events = POLLIN, .revents = 0},
                                     {.fd = child_ ? child_->ended_fd() : -1, .events = POLLIN, .revents = 0},
                                     {.fd = entry_ ? entry_->fd() : -1, .events = POLLIN, .revents = 0}}};
    if (::poll(events.data(), events.size(), next_look()) < 0 && errno != EINTR) {
      return fail(ErrorCode::Bug, "poll: " + errno_text(errno));
    }
    // The child first: what the agent orders may end it.
    if ((events[1].revents & POLLIN) != 0) (void)answer_child();
    if (events[2].revents != 0) child_ended();
    if (events[3].revents != 0) read_entry();
    if (events[0].revents != 0 && !heed_agent()) break;
    end_late_child();
    end_late_entry();
    end_pin_time();
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
  if (pause_ > kFirstPause) tell_agent({.news = KeeperNews::Trouble, .trouble = std::move(why)});
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
  const bool held = pin_.holds_entered();
  pin_.child_ended();
  if (held && !pin_.holds_one()) tell_of_loss();
  const bool was_of_use = board_.has_answered() || steady_clock::now() - started_ >= kLivedWell;
  pause_ = was_of_use ? kFirstPause : std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  start_later(program_.filename().string() + " ended " + how);
}

bool Keeper::answer_child() {
  std::array<std::uint8_t, kMaxFrame> buffer{};  // the child sends no secrets
  const auto frame = receive_frame(child_->link(), buffer, Deadline::after(milliseconds(0)));
  if (!frame) {
    // Its end is reported by ended_fd(); garbage on the link is a reason to end it.
    if (frame.error().code != ErrorCode::Deadline) child_->kill();
    return false;
  }
  // One of a file is read again by the next keeper: the agent has to know that the token said no to it, and that alone.
  const bool matters = pin_.holds_entered() || (pin_.holds_one() && frame->kind == FrameKind::PinRefused);
  heed(*frame);
  if (matters && !pin_.holds_one()) tell_of_loss();
  return true;
}

void Keeper::tell_of_loss() {
  pin_until_.reset();
  tell_agent({.news = KeeperNews::PinRefused});
}

void Keeper::heed(const Frame& frame) {
  if (frame.kind == FrameKind::Wake) {
    look_at_ = steady_clock::now() + kLook;
  } else if (frame.kind == FrameKind::PinWanted || frame.kind == FrameKind::LastTry) {
    send_pin(frame.kind == FrameKind::LastTry);
  } else if (frame.kind == FrameKind::PinAccepted) {
    pin_.accepted();
    tell_of_proof();
  } else if (frame.kind == FrameKind::PinUnused) {
    pin_.unused();
  } else if (frame.kind == FrameKind::PinUnclear) {
    pin_.unclear();
  } else if (frame.kind == FrameKind::PinGone) {
    pin_.gone();
  } else if (frame.kind == FrameKind::PinRefused) {
    pin_.refused();
    report(kName, "the token refused the PIN; it is not sent again");
  } else {
    child_->kill();
  }
}

void Keeper::send_pin(bool last_try) {
  const Frame answer = pin_.answer(last_try);
  if (send_frame(child_->link(), answer.kind, answer.content)) {
    if (answer.kind == FrameKind::PinIs) pin_.answered();
  } else {
    child_->kill();
  }
}

// The agent remembers it for the keeper that comes after this one. It need not be told twice, nor wait for it.
void Keeper::tell_of_proof() {
  if (!pin_.proven() || std::exchange(told_of_proof_, true)) return;
  tell_agent({.news = KeeperNews::PinTaken});
}

void Keeper::end_late_child() {
  const auto deadline = child_ ? board_.earliest() : std::nullopt;
  if (!deadline || steady_clock::now() < *deadline + kGrace) return;
  report(kName, "a call lasts longer than its deadline; " + program_.filename().string() + " is ended");
  child_->kill();
  if (board_.has_answered()) pause_ = milliseconds(0);
  board_.clear();
}

bool Keeper::heed_agent() {
  auto packet = receive_packet(control_.get());
  if (!packet) return false;
  const auto order = protocol::parse_keeper_order(packet->bytes);
  if (!order) return true;
  if (*order == protocol::KeeperOrder::ForgetPin) {
    pin_.forget(kLockedAway);
    pin_until_.reset();
    if (entry_) entry_->refuse("the token was locked meanwhile");
    entry_.reset();
    end_login();
    tell_agent({.news = KeeperNews::PinForgotten});
  } else if (packet->descriptor) {
    open_entry(std::move(packet->descriptor));
  }
  return true;
}

void Keeper::open_entry(UniqueFd connection) {
  if (entry_) return PinEntry::turn_away(connection, std::string(protocol::kOtherPinComes));
  auto entry = PinEntry::open(std::move(connection));
  if (entry) entry_.emplace(std::move(*entry));
}

void Keeper::read_entry() {
  const auto pin = entry_->read();
  if (pin && !*pin) return;
  if (pin) {
    pin_.enter((*pin)->bytes, (*pin)->insists);
    pin_until_.reset();
    if (options_.pin_keep) pin_until_ = steady_clock::now() + *options_.pin_keep;
    login_until_.reset();
    tell_agent({.news = KeeperNews::PinEntered});
  }
  entry_.reset();
}

void Keeper::end_late_entry() {
  if (!entry_ || !entry_->deadline().passed()) return;
  entry_->refuse("it did not come in time");
  entry_.reset();
}

// The token itself remembers that somebody logged in, so the child goes, too.
void Keeper::end_pin_time() {
  const auto now = steady_clock::now();
  if (pin_until_ && now >= *pin_until_) {
    pin_.forget(kTimeIsOver);
    pin_until_.reset();
    login_until_ = now + kLastCalls;
  }
  if (login_until_ && (!board_.earliest() || now >= *login_until_)) end_login();
}

void Keeper::end_login() {
  login_until_.reset();
  if (!child_) return;
  child_->let_end(kEnding);
  child_.reset();
  end_leftovers();
  pin_.child_ended();
  board_.clear();
  pause_ = milliseconds(0);
  next_start_ = steady_clock::now();
}

int Keeper::next_look() {
  auto look = next_look_at_child();
  const auto sooner = [&look](const std::optional<TimePoint>& other) {
    if (other && (!look || *other < *look)) look = other;
  };
  if (entry_) sooner(entry_->deadline().point());
  sooner(pin_until_);
  if (login_until_) sooner(steady_clock::now() + kIdleLook);
  return look ? poll_time(*look) : -1;
}

std::optional<Keeper::TimePoint> Keeper::next_look_at_child() {
  if (!child_) return next_start_;
  const auto now = steady_clock::now();
  if (look_at_ && now >= *look_at_) {
    look_at_ = board_.sleep() ? std::nullopt : std::optional(now + kLook);
  }
  if (!look_at_) return std::nullopt;
  const auto deadline = board_.earliest();
  return deadline ? std::min(*look_at_, *deadline + kGrace) : *look_at_;
}

}  // namespace signet::pkcs11
