#include "client/cli/trust_age.h"

#include <chrono>

#include "common/display.h"

namespace signet::cli {
namespace {

std::string counted(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? " ago" : "s ago");
}

}  // namespace

std::string age_text(WallTime then, WallTime now) {
  const auto age = std::chrono::floor<std::chrono::minutes>(now - then);
  if (age < std::chrono::minutes(0)) return "in the future";
  if (age < std::chrono::minutes(1)) return "just now";
  if (age < std::chrono::hours(1)) return counted(age.count(), "minute");
  if (age < std::chrono::days(1)) return counted(std::chrono::floor<std::chrono::hours>(age).count(), "hour");
  return counted(std::chrono::floor<std::chrono::days>(age).count(), "day");
}

std::string origin_text(const sigstore::tuf::InstanceTrust& trust, WallTime now) {
  if (!trust.copy) return "as shipped with signet " SIGNET_VERSION;
  return "refreshed " + age_text(trust.copy->refreshed, now);
}

std::optional<std::string> age_warning(const std::string& instance, const sigstore::tuf::InstanceTrust& trust,
                                       WallTime now) {
  std::string why;
  if (trust.why_shipped) why = ", because what is stored is of no use: " + display_text(trust.why_shipped->what);
  if (trust.copy) {
    const WallTime expired = trust.copy->timestamp.expires;
    if (expired > now) return std::nullopt;
    why = ", and what its repository said then expired on " + encode_rfc3339(expired);
  }
  return "signet: warning: the trusted root of instance " + display_text(instance) + " " +
         (trust.copy ? "was " : "is the one ") + origin_text(trust, now) + why + "\n  next: signet trust update " +
         display_text(instance) + "\n";
}

}  // namespace signet::cli
