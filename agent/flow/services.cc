#include "agent/flow/services.h"

#include <utility>
#include <vector>

namespace signet::agent {
namespace {

using sigstore::Service;

Result<std::string> choose_single(const std::vector<Service>& services, const sigstore::ServiceSelection& selection,
                                  std::int64_t version, WallTime now, std::string_view what) {
  auto chosen = sigstore::select_services(services, selection, {version}, now, what);
  if (!chosen) return fail(std::move(chosen.error()));
  if (chosen->size() == 1) return std::move(chosen->front().url);
  return fail(ErrorCode::NotBuiltYet,
              "the signing config asks for " + std::to_string(chosen->size()) + " services of the list " +
                  std::string(what) + " for each signature; this version uses one",
              "set the selector to ANY");
}

}  // namespace

Result<Services> choose_services(const sigstore::SigningConfig& config, WallTime now) {
  auto ca = sigstore::select_one(config.certificate_authorities, {1}, now, "CA");
  if (!ca) return fail(std::move(ca.error()));
  auto log = choose_single(config.logs, config.log_selection, 2, now, "Rekor");
  if (!log) return fail(std::move(log.error()));
  auto authority = choose_single(config.timestamp_authorities, config.timestamp_selection, 1, now, "TSA");
  if (!authority) return fail(std::move(authority.error()));
  return Services{.ca = std::move(ca->url), .log = std::move(*log), .timestamp_authority = std::move(*authority)};
}

}  // namespace signet::agent
