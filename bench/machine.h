// What the machine is, without saying whose it is.
#pragma once

#include <string>
#include <vector>

#include "bench/record.h"

namespace signet::bench {

/// Processor, cores, memory, kernel, compiler, versions of the programs that are measured, the load when the run began.
[[nodiscard]] std::vector<Fact> machine_facts();

}  // namespace signet::bench
