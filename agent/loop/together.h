// Several coroutines at once, awaited as one.
#pragma once

#include <functional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"

namespace signet::agent {

/// A job says whether the others are still worth their while: after false they are cancelled.
using Job = std::function<Awaitable<bool>()>;

/// Runs all jobs at once and ends when the last one has ended. Cancelling it cancels the jobs and awaits them all the
/// same, so that what they refer to may lie in the caller's frame. A job that throws counts as false.
///
/// @param executor  the strand of the caller
Awaitable<void> run_together(boost::asio::any_io_executor executor, std::vector<Job> jobs);

}  // namespace signet::agent
