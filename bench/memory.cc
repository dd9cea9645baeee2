#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/agent_load.h"
#include "bench/bare_module.h"
#include "bench/record.h"
#include "bench/sections.h"
#include "common/unique_fd.h"

namespace signet::bench {
namespace {

constexpr int kFirst = 1000;
constexpr int kClients = 500;

// proc(5), smaps_rollup: pages that belong to this process alone.
double private_dirty_kib(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_Dirty:")) return std::stod(line.substr(line.find(':') + 1));
  }
  give_up("the memory of process " + std::to_string(pid) + " cannot be read");
}

pid_t only_child(pid_t pid) {
  const auto children = test::children_of(pid);
  if (children.size() != 1) give_up("process " + std::to_string(pid) + " has not one child");
  return children.front();
}

struct Weights {
  double agent = 0;
  double worker = 0;
};

Weights weigh(test::Household& household) {
  const pid_t agent = household.agent().pid();
  const pid_t keeper = only_child(agent);
  return {.agent = private_dirty_kib(agent),
          .worker = private_dirty_kib(keeper) + private_dirty_kib(only_child(keeper))};
}

// An empty program that has loaded the same module with the same token.
double weight_of_module(const test::SoftHsm& token) {
  std::array<int, 2> held{};
  if (::pipe(held.data()) != 0) give_up("pipe");
  const UniqueFd read_end(held[0]);
  const UniqueFd write_end(held[1]);
  test::Process process({.arguments = {test::program("signet-bench-module"), std::string(test::kSoftHsmModule)},
                         .environment = token.environment(),
                         .descriptors = {{0, read_end.get()}}});
  const Deadline soon = Deadline::after(std::chrono::seconds(30));
  while (process.output().empty()) {
    if (soon.passed() || !process.running()) give_up("the module cannot be loaded alone");
    ::poll(nullptr, 0, 5);
  }
  return private_dirty_kib(process.pid());
}

void raise_descriptor_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::min<rlim_t>(4096, files.rlim_max);
  (void)::setrlimit(RLIMIT_NOFILE, &files);
}

// All connect, then all ask, then all are read: how many got a signature.
int served_at_once(const std::filesystem::path& socket) {
  raise_descriptor_limit();
  std::vector<protocol::Channel> channels;
  channels.reserve(kClients);
  for (int i = 0; i < kClients; ++i) channels.push_back(connect_to(socket));
  Digests digests;
  const Deadline soon = Deadline::after(std::chrono::minutes(1));
  for (protocol::Channel& channel : channels) {
    if (!channel.send(raw_call(digests.next()), soon)) give_up("the agent does not read");
  }
  int served = 0;
  for (protocol::Channel& channel : channels) {
    const auto reply = channel.receive(soon);
    if (reply && *reply && (*reply)->find("\"raw\":") != std::string::npos) ++served;
  }
  return served;
}

void measure_as_root(test::Household& household, const Operation& client, const Effort& effort, Record& record) {
  const double alone = weight_of_module(household.token());
  const Weights before = weigh(household);
  for (int i = 0; i < effort.grown; ++i) client();
  const Weights after = weigh(household);
  record.figures["memory.agent"] = before.agent / 1024;
  record.figures["memory.worker"] = (before.worker - alone) / 1024;
  record.figures["memory.growth"] = after.agent + after.worker - before.agent - before.worker;
  record.facts.push_back({.what = "keeper and child together, after 1,000 signatures",
                          .value = std::to_string(static_cast<int>(before.worker)) + " KiB"});
  record.facts.push_back({.what = "an empty program that has loaded the same module",
                          .value = std::to_string(static_cast<int>(alone)) + " KiB"});
  record.facts.push_back(
      {.what = "signatures between the two looks at the memory", .value = std::to_string(effort.grown)});
}

}  // namespace

void measure_memory(const Effort& effort, Record& record) {
  say("memory");
  test::Household household(house_setup());
  const Operation client = raw_client(household.socket());
  for (int i = 0; i < kFirst; ++i) client();
  if (::geteuid() == 0) {
    measure_as_root(household, client, effort, record);
  } else {
    for (const char* key : {"memory.agent", "memory.worker", "memory.growth"}) {
      record.unmeasured[key] = "only root sees the memory of processes that cannot be traced";
    }
  }
  record.figures["clients.served"] = served_at_once(household.socket());
}

}  // namespace signet::bench
