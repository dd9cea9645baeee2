// How much of a Sigstore a sandbox is: how many services of each kind it has, and which of them its signing config
// makes clients use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signet::sandbox {

/// Which Rekor APIs the signing config offers; the logs of both are always there and always trusted.
enum class RekorOffer : std::uint8_t { Both, V1, V2 };

struct Offer {
  RekorOffer rekor = RekorOffer::Both;
  std::size_t logs = 1;                   ///< for each API; at least 1
  std::size_t timestamp_authorities = 1;  ///< 0: none
  std::string selector = "ANY";           ///< ANY, ALL or EXACT, of logs and of timestamp authorities
  std::int64_t count = 0;                 ///< of EXACT
  bool operator==(const Offer&) const = default;
};

inline constexpr std::size_t kMostOfAKind = 4;

/// What tells services of one kind apart in names of keys, hosts and folders: nothing for the first, "-2" for the
/// second.
[[nodiscard]] inline std::string number_suffix(std::size_t place) {
  return place == 0 ? "" : "-" + std::to_string(place + 1);
}
/// The same in URLs: nothing, "/2".
[[nodiscard]] inline std::string number_path(std::size_t place) {
  return place == 0 ? "" : "/" + std::to_string(place + 1);
}

/// The first Rekor v2 log.
inline constexpr std::string_view kLogOrigin = "log.sandbox.test";
/// The names of the logs: origins of the Rekor v2 ones, and the hosts in the origins of the Rekor v1 ones.
[[nodiscard]] inline std::string log_name(std::size_t place) {
  return place == 0 ? std::string(kLogOrigin) : "log" + number_suffix(place) + ".sandbox.test";
}
[[nodiscard]] inline std::string v1_log_name(std::size_t place) {
  return "rekor" + number_suffix(place) + ".sandbox.test";
}
/// Each service of a kind has an operator of its own: those of one operator count once.
[[nodiscard]] inline std::string operator_name(std::size_t place) {
  return place == 0 ? "sandbox.test" : "operator" + number_suffix(place) + ".sandbox.test";
}

}  // namespace signet::sandbox
