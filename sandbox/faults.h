// Switches that make a service fail in one way, so that a test can show what its clients then do (DECISIONS D28).
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::sandbox {

enum class Service : std::uint8_t { Ca, Log, Tsa, Oidc, CtLog };
inline constexpr std::size_t kServiceCount = 5;

/// "ca", "log", "tsa", "oidc", "ctlog".
[[nodiscard]] std::string_view service_name(Service service);
/// @error InvalidRequest  no such service; the message lists them
[[nodiscard]] Result<Service> service_from_name(std::string_view name);

enum class FaultMode : std::uint8_t {
  None,
  Refuse,       ///< connections are closed before anything is read
  Hang,         ///< the request is taken and never answered
  ServerError,  ///< 500
  Busy,         ///< 429, with Retry-After
  Garbage,      ///< success, and a body that means nothing
  Lie,          ///< a well-formed answer with one thing wrong; Fault::lie says which
  AnswerLost,   ///< the work is done and stored, and the connection closed before the answer
  Frozen,       ///< log: 405, the shard takes nothing more
};

struct Fault {
  FaultMode mode = FaultMode::None;
  std::string lie{};
  [[nodiscard]] bool lies(std::string_view which) const { return mode == FaultMode::Lie && lie == which; }
  bool operator==(const Fault&) const = default;
};

/// "none", "refuse", "hang", "500", "429", "garbage", "stored-but-answer-lost", "frozen", "lie:<which>", as far as
/// `service` knows them. The CT log is asked by the CA alone: while it hangs the CA does, and its garbage is embedded.
///
/// @error InvalidRequest  it does not; the message lists what it knows
[[nodiscard]] Result<Fault> parse_fault(Service service, std::string_view text);
/// All that parse_fault() takes for this service.
[[nodiscard]] std::vector<std::string> faults_of(Service service);

/// What is switched on. Thread-safe: tests set it while the sandbox serves.
class FaultBoard {
 public:
  /// @param count  after that many requests the service works again; without it, until it is switched off
  void set(Service service, Fault fault, std::optional<std::int64_t> count = {});
  /// The fault for the next request of this service; takes one from its count.
  [[nodiscard]] Fault take(Service service);
  /// True where the service refuses connections; takes one from the count of that fault and of no other.
  [[nodiscard]] bool take_refusal(Service service);

 private:
  struct Switch {
    Fault fault;
    std::optional<std::int64_t> left;
  };
  Fault take_locked(Switch& one);

  std::mutex mutex_;
  std::array<Switch, kServiceCount> switches_;
};

}  // namespace signet::sandbox
