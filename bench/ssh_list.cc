#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

#include "bench/agent_load.h"
#include "bench/bare_module.h"
#include "bench/record.h"
#include "bench/sections.h"
#include "bench/ssh_agent.h"
#include "bench/timed_process.h"
#include "tests/support/touch_module.h"

namespace signet::bench {
namespace {

// Within the time that the agent gives a touch.
constexpr int kRounds = 5;

void wait_for_touch(const test::Household& household) {
  for (const Deadline deadline = Deadline::after(std::chrono::seconds(20)); !deadline.passed(); ::usleep(10'000)) {
    if (household.run({"signet", "status"}).output.contains("waits for")) return;
  }
  give_up("no touch is awaited");
}

}  // namespace

void measure_ssh_list(const Effort& effort, Record& record) {
  say("ssh-add -L while a touch is awaited");
  const test::TouchModule module;
  auto setup = house_setup_with_ssh();
  setup.module = module.path().string();
  setup.module_environment = module.environment();
  const test::Household household(std::move(setup));
  const auto socket = household.socket().parent_path() / "ssh.sock";
  module.allow_everything(false);
  protocol::Channel signer = connect_to(household.socket());
  Digests digests;
  if (auto sent = signer.send(raw_call(digests.next()), Deadline::after(std::chrono::seconds(20))); !sent)
    give_up(sent.error().sentence());
  wait_for_touch(household);

  auto environment = household.environment();
  environment["SSH_AUTH_SOCK"] = socket.string();
  auto series = run_rounds(
      {{.name = "list of keys over ssh's socket while a touch is awaited",
        .per_round = effort.processes,
        .connect = [&] { return listing_client(socket); }},
       {.name = "ssh-add -L while a touch is awaited",
        .per_round = effort.processes,
        .connect = [&] { return timed_process({.arguments = {"ssh-add", "-L"}, .environment = environment}); }}},
      kRounds);
  wait_for_touch(household);  // still: it was awaited all the time
  module.touch();
  const auto reply = signer.receive(Deadline::after(std::chrono::seconds(20)));
  if (!reply || !*reply) give_up("no signature came of the touch");
  (void)signature_in(**reply);
  record.figures["ssh.list_during_touch"] = series[1].times.median() / 1000;
  record.add(std::move(series));
}

}  // namespace signet::bench
