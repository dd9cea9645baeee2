// The parts that are measured against each other, in one temporary folder: sandbox, SoftHSM token, signet's agent and
// OpenSSH's agent with the same key.
#pragma once

#include <memory>
#include <string>

#include "bench/bare_module.h"
#include "bench/ssh_agent.h"
#include "tests/support/household.h"

namespace signet::bench {

/// What a measured agent's identity may be used for.
[[nodiscard]] test::Household::Setup house_setup();

/// The same, and for ssh besides: for measurements alone.
[[nodiscard]] test::Household::Setup house_setup_with_ssh();

struct House {
  House();
  test::Household household;
  BareModule module;  ///< loaded into this process
  SshAgent ssh;
};

}  // namespace signet::bench
