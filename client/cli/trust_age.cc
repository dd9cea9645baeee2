#include "client/cli/trust_age.h"

#include <chrono>

#include "common/display.h"

namespace signet::cli {
namespace {

/// A clock may be set back by that much without a word.
constexpr std::chrono::minutes kClockSlack{1};

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
  if (trust.copy) return "refreshed " + age_text(trust.copy->refreshed, now);
  std::string text = "as shipped with signet " SIGNET_VERSION;
  if (trust.why_shipped) text += ", because what is stored is of no use: " + display_text(trust.why_shipped->what, 400);
  return text;
}

std::string age_remedy(const std::string& instance, const sigstore::tuf::InstanceTrust& trust) {
  const bool has_own = trust.why_shipped && !trust.why_shipped->remedy.empty();
  return display_text(has_own ? trust.why_shipped->remedy : "signet trust update " + instance, 400);
}

std::optional<std::string> age_warning(const std::string& instance, const sigstore::tuf::InstanceTrust& trust,
                                       WallTime now) {
  std::string why;
  if (trust.copy) {
    const WallTime expired = trust.copy->timestamp.expires;
    const bool from_the_future = trust.copy->refreshed > now + kClockSlack;
    if (expired > now && !from_the_future) return std::nullopt;
    why = from_the_future ? ", at " + encode_rfc3339(trust.copy->refreshed) + ": the clock was wrong then, or is now"
                          : ", and what its repository said then expired on " + encode_rfc3339(expired);
  }
  return "signet: warning: the trusted root of instance " + display_text(instance) + " " +
         (trust.copy ? "was " : "is the one ") + origin_text(trust, now) + why +
         "\n  next: " + age_remedy(instance, trust) + "\n";
}

}  // namespace signet::cli
