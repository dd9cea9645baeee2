// How signet-pin-entry tells the agent what became of its question: its exit status.
#pragma once

namespace signet::protocol {

inline constexpr int kPinHandedIn = 0;
inline constexpr int kPinCancelled = 4;  ///< the person said no
inline constexpr int kPinTimeOut = 5;    ///< nobody entered anything

}  // namespace signet::protocol
