#include "agent/tokens/missed_touches.h"

namespace signet::agent {

MissedTouches::Program MissedTouches::program_of(const protocol::Peer& peer) {
  return {peer.uid, peer.exe.value_or(""), peer.unit.value_or("")};
}

Result<void> MissedTouches::check(const protocol::Peer& peer, TimePoint now) const {
  if (records_.empty()) return {};
  const auto found = records_.find(program_of(peer));
  if (found == records_.end() || found->second.paused_until <= now) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(found->second.paused_until - now);
  return fail(ErrorCode::RateLimited,
              "this program let the token wait for a touch in vain " + std::to_string(kMisses) + " times within " +
                  std::to_string(kWithin.count()) + " s",
              "ask again in " + std::to_string(left.count()) + " s, and touch the token when told to");
}

void MissedTouches::note(const protocol::Peer& peer, TimePoint now) {
  drop_old(now);
  Record& record = records_[program_of(peer)];
  std::erase_if(record.misses, [now](TimePoint miss) { return now - miss > kWithin; });
  record.misses.push_back(now);
  if (record.misses.size() < kMisses) return;
  record.misses.clear();
  record.paused_until = now + kPause;
}

void MissedTouches::forgive(const protocol::Peer& peer) {
  if (!records_.empty()) records_.erase(program_of(peer));
}

// A miss costs its program the whole time-out, so there are never many.
void MissedTouches::drop_old(TimePoint now) {
  std::erase_if(records_, [now](const auto& entry) {
    const Record& record = entry.second;
    return record.paused_until <= now && (record.misses.empty() || now - record.misses.back() > kWithin);
  });
}

}  // namespace signet::agent
