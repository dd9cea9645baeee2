#include "sigstore/trust/service_choice.h"

#include <utility>

namespace signet::sigstore {
namespace {

constexpr auto kV1 = static_cast<std::int64_t>(RekorApi::V1);
constexpr auto kV2 = static_cast<std::int64_t>(RekorApi::V2);

Result<std::vector<Service>> choose_logs(const SigningConfig& config, EntryReader reader, WallTime now) {
  const auto choose = [&](std::vector<std::int64_t> versions) {
    return select_services(config.logs, config.log_selection, versions, now, "rekorTlogUrls");
  };
  if (reader == EntryReader::Git) {
    if (auto old = choose({kV1})) return old;
  }
  return choose({kV1, kV2});
}

Result<std::vector<Service>> choose_authorities(const SigningConfig& config, RekorApi log, WallTime now) {
  if (!config.timestamp_authorities.empty()) {
    return select_services(config.timestamp_authorities, config.timestamp_selection, {1}, now, "tsaUrls");
  }
  if (log == RekorApi::V1) return std::vector<Service>();
  return fail(ErrorCode::InvalidRequest,
              "the signing config's list tsaUrls is empty, and its Rekor v2 log tells no time: nobody could ever "
              "verify the signature",
              "use a signing config with a timestamp authority, or with a Rekor v1 log");
}

}  // namespace

Result<ServiceChoice> choose_services(const SigningConfig& config, EntryReader reader, WallTime now) {
  auto ca = select_one(config.certificate_authorities, {1}, now, "caUrls");
  if (!ca) return fail(std::move(ca.error()));
  auto logs = choose_logs(config, reader, now);
  if (!logs) return fail(std::move(logs.error()));
  const RekorApi api = logs->front().major_api_version == kV1 ? RekorApi::V1 : RekorApi::V2;
  auto authorities = choose_authorities(config, api, now);
  if (!authorities) return fail(std::move(authorities.error()));
  ServiceChoice choice{.ca = std::move(ca->url), .logs = {}, .timestamp_authorities = {}};
  for (Service& log : *logs) choice.logs.push_back({.url = std::move(log.url), .api = api});
  for (Service& each : *authorities) choice.timestamp_authorities.push_back(std::move(each.url));
  return choice;
}

}  // namespace signet::sigstore
