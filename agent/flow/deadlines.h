// How long each part of a request may take (D15), within the deadline that the client gave.
#pragma once

#include <chrono>

namespace signet::agent {

inline constexpr std::chrono::seconds kCaTime{20};
/// A line of the audit log where no request's own deadline says otherwise: a disk that is slower is as good as gone.
inline constexpr std::chrono::seconds kAuditTime{10};
inline constexpr std::chrono::seconds kTimestampTime{10};
/// Rekor v2 answers when a checkpoint covers the entry: up to ten seconds, and more when it is busy.
inline constexpr std::chrono::seconds kLogTime{30};
inline constexpr std::chrono::seconds kTouchTime{20};
/// Listing keys: the first time it loads the module and reads the whole card.
inline constexpr std::chrono::seconds kListTime{30};
/// Making a key: RSA of 4096 bits on a card takes a minute and more. Within what clients wait.
inline constexpr std::chrono::seconds kGenerateTime{110};
/// Status never waits for a token that sleeps.
inline constexpr std::chrono::seconds kStatusTime{2};

/// How far our clock and a service's may be apart (D15).
inline constexpr std::chrono::minutes kClockDifference{5};

/// What must be left of a certificate when it is used (D5): a touch, a timestamp, and a minute for clocks that differ.
inline constexpr std::chrono::seconds kCertificateReserve = kTouchTime + kTimestampTime + std::chrono::seconds(60);

}  // namespace signet::agent
