#include "sandbox/faults.h"

#include <algorithm>
#include <utility>

#include "common/display.h"

namespace signet::sandbox {
namespace {

constexpr std::array<std::string_view, kServiceCount> kNames = {"ca", "log", "tsa", "oidc", "ctlog"};

constexpr std::array<std::pair<std::string_view, FaultMode>, 8> kModes = {{
    {"none", FaultMode::None},
    {"refuse", FaultMode::Refuse},
    {"hang", FaultMode::Hang},
    {"500", FaultMode::ServerError},
    {"429", FaultMode::Busy},
    {"garbage", FaultMode::Garbage},
    {"stored-but-answer-lost", FaultMode::AnswerLost},
    {"frozen", FaultMode::Frozen},
}};

std::vector<std::string_view> lies_of(Service service) {
  switch (service) {
    case Service::Ca:
      return {"other-key", "other-san", "other-issuer", "no-sct", "long-lived", "untrusted", "expired"};
    case Service::Log:
      return {"other-body", "bad-proof", "bad-checkpoint", "unsigned", "other-key", "bad-promise", "other-time"};
    case Service::Tsa:
      return {"other-nonce", "other-imprint", "other-key", "future"};
    case Service::Oidc:
      return {"other-audience", "other-issuer", "other-key", "expired", "unverified-email", "alg-none"};
    case Service::CtLog:
      return {"other-key", "other-certificate"};
  }
  return {};
}

bool knows(Service service, FaultMode mode) {
  if (mode == FaultMode::Frozen) return service == Service::Log;
  return service != Service::CtLog || mode != FaultMode::AnswerLost;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

std::string_view service_name(Service service) { return kNames.at(static_cast<std::size_t>(service)); }

Result<Service> service_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found != kNames.end()) return static_cast<Service>(found - kNames.begin());
  return fail(ErrorCode::InvalidRequest, "there is no service " + display_text(name, 40),
              "one of: ca, log, tsa, oidc, ctlog");
}

std::vector<std::string> faults_of(Service service) {
  std::vector<std::string> all;
  for (const auto& [name, mode] : kModes) {
    if (knows(service, mode)) all.emplace_back(name);
  }
  for (const std::string_view lie : lies_of(service)) all.push_back("lie:" + std::string(lie));
  return all;
}

Result<Fault> parse_fault(Service service, std::string_view text) {
  constexpr std::string_view kLie = "lie:";
  const auto mode = std::ranges::find(kModes, text, [](const auto& row) { return row.first; });
  if (mode != kModes.end() && knows(service, mode->second)) return Fault{.mode = mode->second};
  if (text.starts_with(kLie)) {
    const auto lies = lies_of(service);
    const auto lie = std::ranges::find(lies, text.substr(kLie.size()));
    if (lie != lies.end()) return Fault{.mode = FaultMode::Lie, .lie = std::string(*lie)};
  }
  return fail(ErrorCode::InvalidRequest,
              std::string(service_name(service)) + " knows no fault " + display_text(text, 60),
              "one of: " + join(faults_of(service)));
}

void FaultBoard::set(Service service, Fault fault, std::optional<std::int64_t> count) {
  const std::lock_guard lock(mutex_);
  switches_.at(static_cast<std::size_t>(service)) = {.fault = std::move(fault), .left = count};
}

Fault FaultBoard::take_locked(Switch& one) {
  Fault fault = one.fault;
  if (fault.mode == FaultMode::None || !one.left) return fault;
  if (--*one.left <= 0) one = Switch{};
  return fault;
}

Fault FaultBoard::take(Service service) {
  const std::lock_guard lock(mutex_);
  return take_locked(switches_.at(static_cast<std::size_t>(service)));
}

bool FaultBoard::take_refusal(Service service) {
  const std::lock_guard lock(mutex_);
  Switch& one = switches_.at(static_cast<std::size_t>(service));
  return one.fault.mode == FaultMode::Refuse && take_locked(one).mode == FaultMode::Refuse;
}

}  // namespace signet::sandbox
