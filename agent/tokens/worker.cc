#include "agent/tokens/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/loop/bell.h"
#include "common/file.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{10'000};
constexpr std::chrono::seconds kLivedWell{30};
// How long a request waits for a worker that is about to be started.
constexpr std::chrono::seconds kPatience{2};
// After that long a keeper has ended a process that is late, and told of one that ended.
constexpr std::chrono::seconds kEndOfLost{1};
constexpr std::string_view kPinFile = "--pin-file";
constexpr std::size_t kMaxNote = 256;

// The PIN's file as it stands; nothing where there is none. The time of its last change, unlike that of the last write,
// cannot be set back.
std::optional<std::string> pin_file(const WorkerCommand& command) {
  const auto option = std::ranges::find(command.arguments, kPinFile);
  struct stat facts{};
  if (option == command.arguments.end() || ::stat(std::next(option)->c_str(), &facts) != 0) return std::nullopt;
  std::string text;
  for (const auto number :
       {static_cast<std::int64_t>(facts.st_ino), static_cast<std::int64_t>(facts.st_size),
        static_cast<std::int64_t>(facts.st_ctim.tv_sec), static_cast<std::int64_t>(facts.st_ctim.tv_nsec)}) {
    text += std::to_string(number) + "\n";
  }
  return text;
}

}  // namespace

struct Worker::State {
  explicit State(asio::any_io_executor loop)
      : executor(std::move(loop)), orders(executor), changed(executor), forgotten(executor) {}
  asio::any_io_executor executor;
  std::optional<WorkerProcess> process;
  Bell orders;     // rings at stop(), release() and reacquire()
  Bell changed;    // rings when somebody can be asked, and at release()
  Bell forgotten;  // rings when a keeper has forgotten its PIN, and when it has ended
  bool stopping = false;
};

Worker::Worker(asio::any_io_executor executor, Settings settings, Notice notice)
    : settings_(std::move(settings)), notice_(std::move(notice)), state_(std::make_unique<State>(std::move(executor))) {
  if (settings_.refused_pin.empty()) return;
  if (auto refused = read_file(settings_.refused_pin, kMaxNote)) refused_pin_ = std::move(*refused);
}
Worker::~Worker() = default;

void Worker::withhold_pin() {
  if (!pin_ || entered_ || refused_pin_ == pin_) return;
  refused_pin_ = pin_;
  if (settings_.refused_pin.empty()) return;
  const auto kept = write_file_atomic(settings_.refused_pin, *refused_pin_, 0600);
  if (!kept) notice_("token " + settings_.token + ": that it refused its PIN cannot be kept: " + kept.error().what);
}

bool Worker::withholds_pin() const { return refused_pin_ && pin_ == refused_pin_ && !entered_; }

WorkerCommand Worker::command_now() const {
  WorkerCommand command = settings_.command;
  if (!pin_) return command;
  const auto option = std::ranges::find(command.arguments, kPinFile);
  if (pin_ == refused_pin_ || locked_) {
    command.arguments.erase(option, option + 2);
  } else if (pin_ == proven_pin_) {
    command.arguments.insert(option, {"--pin-proven", "yes"});
  }
  return command;
}

// The same trouble every ten seconds is news once.
void Worker::set_problem(std::string problem) {
  problem_ = std::move(problem);
  if (told_ == *problem_) return;
  told_ = *problem_;
  notice_("token " + settings_.token + ": " + told_);
}

// A keeper that is on its way out may still say that its child is there.
void Worker::set_well() {
  if (told_to_end_) return;
  problem_.reset();
  lost_until_.reset();
  state_->changed.ring();
}

// The keeper itself writes its notes to the journal.
Awaitable<void> Worker::hear_notes(PinFile pin) {
  // A copy: Asio closes what it is given. Where there is no room for it, the end of the process says enough.
  UniqueFd copy(::fcntl(state_->process->control(), F_DUPFD_CLOEXEC, 0));
  if (!copy) co_return;
  stream_descriptor control(state_->executor, copy.release());
  for (;;) {
    (void)co_await control.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    std::array<char, protocol::kMaxKeeperNote> packet{};
    const ssize_t size = ::recv(control.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size <= 0) co_return;
    auto note = protocol::parse_keeper_note({packet.data(), static_cast<std::size_t>(size)});
    if (note) heed(std::move(*note), pin);
  }
}

void Worker::heed(protocol::KeeperNote note, const PinFile& pin) {
  using protocol::KeeperNews;
  switch (note.news) {
    case KeeperNews::Started:
      return set_well();
    case KeeperNews::Trouble:
      problem_ = std::move(note.trouble);
      return;
    case KeeperNews::PinTaken:
      proven_pin_ = pin;
      return;
    case KeeperNews::PinForgotten:
      locked_ = true;
      ++forgotten_;
      return state_->forgotten.ring();
    case KeeperNews::PinEntered:
      entered_ = true;
      break;
    case KeeperNews::PinRefused:
      if (entered_) break;
      return withhold_pin();
  }
  settings_.on_entered_pin(note.news);
}

// True where it was of use.
Awaitable<bool> Worker::run_once() {
  const auto refuse = [this](const Error& error) {
    set_problem(error.sentence());
    return false;
  };
  if (!settings_.module.empty()) {
    if (auto sound = check_module_file(settings_.module); !sound) co_return refuse(sound.error());
  }
  const auto started = steady_clock::now();
  pin_ = pin_file(settings_.command);
  auto process = WorkerProcess::start(command_now(), settings_.listener);
  if (!process) co_return refuse(process.error());
  auto ended = process->ended_fd();
  if (!ended) co_return refuse(ended.error());
  state_->process.emplace(std::move(*process));
  answered_ = false;
  told_to_end_ = false;
  entered_ = false;
  set_well();
  co_await hear_notes(pin_);
  stream_descriptor watched(state_->executor, ended->release());
  // Asio may wake us for another descriptor's sake, and reap() would wait with the whole loop.
  for (pollfd process_end{.fd = watched.native_handle(), .events = POLLIN, .revents = 0};
       ::poll(&process_end, 1, 0) == 0;) {
    (void)co_await watched.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
  }
  const std::string how = state_->process->reap();
  state_->process.reset();
  state_->forgotten.ring();
  const bool was_of_use = answered_ || steady_clock::now() - started >= kLivedWell;
  if (was_of_use) told_.clear();
  if (!state_->stopping && !told_to_end_) set_problem("signet-token ended " + how);
  co_return was_of_use;
}

Awaitable<void> Worker::keep_running() {
  milliseconds pause{0};
  while (!state_->stopping) {
    if (released_) {
      co_await state_->orders.wait_regardless(Deadline::after(kLongestPause));
      continue;
    }
    const bool was_of_use = co_await run_once();
    if (state_->stopping) co_return;
    pause = was_of_use || told_to_end_ ? milliseconds(0) : std::clamp(pause * 2, kFirstPause, kLongestPause);
    co_await state_->orders.wait_regardless(Deadline::after(pause));
  }
}

// Ends when another process stands in the place of the lost one, or its keeper has had time to say why none does.
Awaitable<Result<void>> Worker::wait_for_the_lost_one(Deadline patience) {
  while (!released_ && lost_until_ && !lost_until_->passed() && !patience.passed()) {
    const Deadline end(std::min(lost_until_->point(), patience.point()));
    auto rung = co_await state_->changed.wait(end);
    if (!rung && rung.error().code == ErrorCode::Cancelled) co_return rung;
  }
  co_return Result<void>();
}

Awaitable<Result<void>> Worker::wait_until_there(Deadline deadline) {
  const Deadline patience = deadline.within(kPatience);
  if (auto waited = co_await wait_for_the_lost_one(patience); !waited) co_return waited;
  while (problem_) {
    if (released_) co_return fail(say_released());
    auto rung = co_await state_->changed.wait(patience);
    if (rung) continue;
    if (rung.error().code == ErrorCode::Cancelled) co_return rung;
    co_return fail(ErrorCode::WorkerFailed, "token " + settings_.token + " cannot be asked: " + problem_.value_or(""),
                   "ask again; if it stays, look at the agent's log");
  }
  co_return Result<void>();
}

Awaitable<Result<void>> Worker::wait_until_gone(Deadline deadline) {
  while (state_->process) {
    auto rung = co_await state_->forgotten.wait(deadline);
    if (rung) continue;
    if (rung.error().code == ErrorCode::Cancelled) co_return rung;
    co_return fail(ErrorCode::Deadline, "token " + settings_.token + " is released, but its process has not ended yet",
                   "see `signet token list`");
  }
  co_return Result<void>();
}

Error Worker::say_released() const {
  return Error{.code = ErrorCode::TokenBusy,
               .what = "token " + settings_.token + " was released: another program may have it",
               .remedy = "signet token reacquire " + settings_.token};
}

bool Worker::release() {
  if (std::exchange(released_, true)) return false;
  problem_ = "released: `signet token reacquire " + settings_.token + "` takes it again";
  told_to_end_ = true;
  if (state_->process) state_->process->let_go();
  state_->orders.ring();
  state_->changed.ring();
  return true;
}

void Worker::reacquire() {
  if (!std::exchange(released_, false)) return;
  problem_ = "it is being taken again";
  told_.clear();
  state_->orders.ring();
}

Result<void> Worker::send_order(protocol::KeeperOrder order, const UniqueFd* descriptor) const {
  const std::string gone = "the process that keeps the PIN of token " + settings_.token + " is not there";
  if (!state_->process) return fail(ErrorCode::WorkerFailed, gone, "ask again; it is started anew");
  std::string packet = protocol::encode_keeper_order(order);
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  iovec piece{.iov_base = packet.data(), .iov_len = packet.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (descriptor != nullptr) {
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = descriptor->get();
    std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  }
  while (::sendmsg(state_->process->control(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return fail(ErrorCode::WorkerFailed, gone + ": " + errno_text(errno), "ask again");
  }
  return {};
}

Result<void> Worker::hand_over(UniqueFd connection) const {
  return send_order(protocol::KeeperOrder::TakePin, &connection);
}

Awaitable<Result<void>> Worker::forget_pin(Deadline deadline) {
  locked_ = true;
  if (!state_->process) co_return Result<void>();  // a PIN goes with its keeper
  const std::uint64_t before = forgotten_;
  if (auto sent = send_order(protocol::KeeperOrder::ForgetPin, nullptr); !sent) co_return sent;
  while (forgotten_ == before && state_->process) {
    auto rung = co_await state_->forgotten.wait(deadline);
    if (rung) continue;
    if (rung.error().code == ErrorCode::Cancelled) co_return rung;
    co_return fail(ErrorCode::WorkerFailed,
                   "the process that keeps the PIN of token " + settings_.token + " did not say that it forgot it",
                   "ask again; if it stays, restart the agent");
  }
  co_return Result<void>();
}

void Worker::note_lost() { lost_until_ = Deadline::after(kEndOfLost); }

void Worker::stop() {
  state_->stopping = true;
  if (state_->process) state_->process->let_go();
  state_->orders.ring();
}

}  // namespace signet::agent
