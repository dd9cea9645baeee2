// What is measured, one function a subject; each adds its figures to the record.
#pragma once

#include "bench/house.h"
#include "bench/record.h"

namespace signet::bench {

/// How long a run takes.
struct Effort {
  int rounds = 20;
  int signatures = 400;  ///< of one client in a round
  int processes = 12;    ///< of one kind in a round
  int bundles = 60;      ///< verified by one thread in a round
  int grown = 10'000;    ///< signatures between two looks at the memory
  int rebased = 200;     ///< commits of one rebase
  [[nodiscard]] static Effort quick() {
    return {.rounds = 3, .signatures = 100, .processes = 4, .bundles = 20, .grown = 1'000, .rebased = 20};
  }
};

/// Signatures of a digest: bare module, check alone, agent, ssh-agent; one client and four.
void measure_signatures(House& house, const Effort& effort, Record& record);
/// signet-git and `git commit`: unsigned, by ssh-agent, by signet at both of its sockets, by gpg, by gitsign.
void measure_git(House& house, const Effort& effort, Record& record);
/// `git rebase` of many commits: unsigned, by ssh-agent, by signet at both of its sockets.
void measure_rebase(House& house, const Effort& effort, Record& record);
/// `signet verify` as a process: time and peak memory; cosign's where it is installed.
void measure_verification(House& house, const Effort& effort, Record& record);
/// The verifier in this process, on one core and on all, against the cryptography alone.
void measure_batch(const Effort& effort, Record& record);
/// Private memory of agent, keeper and child; 500 clients at once.
void measure_memory(const Effort& effort, Record& record);
/// Keys that ssh lists while a touch is awaited: by its socket, and by ssh-add as a process.
void measure_ssh_list(const Effort& effort, Record& record);
/// Clients of one token while the module of another hangs.
void measure_isolation(const Effort& effort, Record& record);

}  // namespace signet::bench
