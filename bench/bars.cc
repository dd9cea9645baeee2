#include "bench/bars.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace signet::bench {
namespace {

constexpr auto kBars = std::to_array<Bar>({
    {"signature.over_bare", "signature of a digest through the socket, over the bare C_Sign (medians)", Sense::AtMost,
     130, "µs"},
    {"signature.not_the_check", "the same, without the check of the signature", Sense::AtMost, 60, "µs"},
    {"signature.four_clients", "four clients' rate, in ssh-agent's with four", Sense::AtLeast, 3, "times"},
    {"process.signet_git", "signet-git, over an empty program and the agent's own time", Sense::AtMost, 1.5, "ms"},
    {"git.require", "git commit -S with log = \"require\", over an unsigned commit and the services' own time",
     Sense::AtMost, 5, "ms"},
    {"git.queue", "git commit -S with log = \"queue\", in one with gpg.format=ssh and ssh-agent", Sense::AtMost, 1.1,
     "times", "log = \"queue\" is not built yet"},
    {"verify.sandbox", "signet verify of a P-256 bundle of the sandbox, as a process", Sense::AtMost, 4.5, "ms"},
    {"verify.sandbox_memory", "its peak of resident memory", Sense::AtMost, 8, "MiB"},
    {"verify.public", "signet verify of the slowest of three real bundles, as a process", Sense::AtMost, 8, "ms"},
    {"verify.public_memory", "the largest peak of resident memory of the three", Sense::AtMost, 8, "MiB"},
    {"verify.batch", "real bundles a second in one process, in the bare OpenSSL checks' (the least of three kinds)",
     Sense::AtLeast, 80, "%"},
    {"verify.cores", "the same with a thread on each core, in one thread, for two cores", Sense::AtLeast, 1.9, "times"},
    {"memory.agent", "agent, private memory after 1,000 signatures", Sense::AtMost, 8, "MiB"},
    {"memory.worker", "keeper and child, over an empty program with the same module", Sense::AtMost, 4, "MiB"},
    {"memory.growth", "growth of the three over the next 10,000", Sense::AtMost, 256, "KiB"},
    {"clients.served", "signatures for 500 clients that ask at once", Sense::AtLeast, 500, "of 500"},
    {"ssh.list_during_touch", "ssh-add -L while a touch is awaited, as a process", Sense::AtMost, 100, "ms"},
    {"isolation.p99", "p99 of 8 clients while another token's module hangs, in the undisturbed", Sense::AtMost, 5,
     "times"},
    {"isolation.deadline", "the hanging one's client hears Deadline, after its deadline", Sense::AtMost, 1, "s"},
});

}  // namespace

std::span<const Bar> bars() { return kBars; }

bool passes(const Bar& bar, double value) {
  return bar.sense == Sense::AtMost ? value <= bar.limit : value >= bar.limit;
}

std::string short_number(double value) {
  const int digits = value == std::round(value) || std::fabs(value) >= 100 ? 0 : std::fabs(value) >= 10 ? 1 : 2;
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string limit_text(const Bar& bar) {
  return std::string(bar.sense == Sense::AtMost ? "at most " : "at least ") + value_text(bar, bar.limit);
}

std::string value_text(const Bar& bar, double value) { return short_number(value) + " " + std::string(bar.unit); }

}  // namespace signet::bench
