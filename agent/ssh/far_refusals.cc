#include "agent/ssh/far_refusals.h"

#include <utility>

namespace signet::agent {

std::optional<std::size_t> FarRefusals::note(Time now) {
  if (!since_ || now - *since_ >= kWhile) {
    since_ = now;
    lines_ = 0;
  }
  if (lines_ >= kLines) {
    ++counted_;
    return std::nullopt;
  }
  ++lines_;
  return std::exchange(counted_, 0);
}

}  // namespace signet::agent
