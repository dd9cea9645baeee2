#include "sandbox/background.h"

#include <future>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace signet::sandbox {

struct BackgroundSandbox::State {
  SystemClock own_clock;
  boost::asio::io_context loop{1};
  std::unique_ptr<Sandbox> sandbox;
  std::thread thread;
};

BackgroundSandbox::BackgroundSandbox(std::unique_ptr<State> state) : state_(std::move(state)) {}

BackgroundSandbox::~BackgroundSandbox() {
  if (!state_) return;
  state_->loop.stop();
  if (state_->thread.joinable()) state_->thread.join();
  state_->sandbox->close();
}

Result<std::unique_ptr<BackgroundSandbox>> BackgroundSandbox::start(const std::filesystem::path& folder,
                                                                    const Clock* clock, const Offer& offer) {
  auto state = std::make_unique<State>();
  auto sandbox = Sandbox::open(folder, clock == nullptr ? state->own_clock : *clock, offer);
  if (!sandbox) return fail(std::move(sandbox.error()));
  state->sandbox = std::move(*sandbox);
  if (auto serving = state->sandbox->serve(state->loop.get_executor()); !serving) {
    return fail(std::move(serving.error()));
  }
  state->thread = std::thread([loop = &state->loop] { loop->run(); });
  return std::unique_ptr<BackgroundSandbox>(new BackgroundSandbox(std::move(state)));
}

void BackgroundSandbox::with(const std::function<void(Sandbox&)>& work) {
  std::promise<void> done;
  boost::asio::post(state_->loop, [&] {
    work(*state_->sandbox);
    done.set_value();
  });
  done.get_future().wait();
}

FaultBoard& BackgroundSandbox::faults() { return state_->sandbox->faults(); }
Counters& BackgroundSandbox::counters() { return state_->sandbox->counters(); }
const Sandbox& BackgroundSandbox::facts() const { return *state_->sandbox; }

}  // namespace signet::sandbox
