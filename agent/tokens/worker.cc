#include "agent/tokens/worker.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/loop/bell.h"
#include "common/display.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{10'000};
constexpr std::chrono::seconds kLivedWell{30};
constexpr std::string_view kPinFile = "--pin-file";

// When the PIN's file was written; nothing where there is none.
std::optional<std::filesystem::file_time_type> pin_written(const WorkerCommand& command) {
  const auto option = std::ranges::find(command.arguments, kPinFile);
  if (option == command.arguments.end()) return std::nullopt;
  std::error_code trouble;
  const auto written = std::filesystem::last_write_time(*std::next(option), trouble);
  return trouble ? std::nullopt : std::optional(written);
}

}  // namespace

struct Worker::State {
  explicit State(asio::any_io_executor loop) : executor(std::move(loop)), stop(executor) {}
  asio::any_io_executor executor;
  std::optional<WorkerProcess> process;
  Bell stop;
  bool stopping = false;
};

Worker::Worker(asio::any_io_executor executor, Settings settings, Notice notice)
    : settings_(std::move(settings)),
      notice_(std::move(notice)),
      state_(std::make_unique<State>(std::move(executor))) {}
Worker::~Worker() = default;

void Worker::withhold_pin() { refused_pin_ = pin_written(settings_.command); }

WorkerCommand Worker::command_now() const {
  WorkerCommand command = settings_.command;
  if (!refused_pin_ || pin_written(command) != refused_pin_) return command;
  const auto option = std::ranges::find(command.arguments, kPinFile);
  command.arguments.erase(option, option + 2);
  return command;
}

// The same trouble every ten seconds is news once.
void Worker::set_problem(std::string problem) {
  problem_ = std::move(problem);
  if (told_ == *problem_) return;
  told_ = *problem_;
  notice_("token " + settings_.token + ": " + told_);
}

// True where it lived well.
Awaitable<bool> Worker::run_once() {
  const auto refuse = [this](const Error& error) {
    set_problem(error.sentence());
    return false;
  };
  if (auto sound = check_module_file(settings_.module); !sound) co_return refuse(sound.error());
  const auto started = steady_clock::now();
  auto process = WorkerProcess::start(command_now(), settings_.listener);
  if (!process) co_return refuse(process.error());
  auto ended = process->ended_fd();
  if (!ended) co_return refuse(ended.error());
  state_->process.emplace(std::move(*process));
  problem_.reset();
  asio::posix::stream_descriptor watched(state_->executor, ended->release());
  (void)co_await watched.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
  const std::string how = state_->process->reap();
  state_->process.reset();
  const bool lived_well = steady_clock::now() - started >= kLivedWell;
  if (lived_well) told_.clear();
  if (!state_->stopping) set_problem("signet-token ended " + how);
  co_return lived_well;
}

Awaitable<void> Worker::keep_running() {
  milliseconds pause{0};
  while (!state_->stopping) {
    const bool lived_well = co_await run_once();
    if (state_->stopping) co_return;
    pause = lived_well ? milliseconds(0) : std::clamp(pause * 2, kFirstPause, kLongestPause);
    co_await state_->stop.wait_regardless(Deadline::after(pause));
  }
}

void Worker::stop() {
  state_->stopping = true;
  if (state_->process) state_->process->let_go();
  state_->stop.ring();
}

}  // namespace signet::agent
