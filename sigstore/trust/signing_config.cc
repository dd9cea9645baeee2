#include "sigstore/trust/signing_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::string_view kMediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
constexpr std::array<std::pair<std::string_view, Selector>, 4> kSelectors = {
    {{"SERVICE_SELECTOR_UNDEFINED", Selector::Undefined},
     {"ALL", Selector::All},
     {"ANY", Selector::Any},
     {"EXACT", Selector::Exact}}};

Result<Service> parse_service(const json::Value& value, const std::string& where) {
  Fields fields(value, where, UnknownFields::Tolerate);
  Service service;
  service.url = fields.text("url");
  if (service.url.empty()) fields.refuse("url", "is empty");
  service.major_api_version = fields.optional_integer("majorApiVersion").value_or(0);
  service.operator_name = fields.optional_text("operator").value_or("");
  auto valid_for = parse_time_range(fields.optional_value("validFor"), where, StartIs::Optional);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!valid_for) return fail(std::move(valid_for.error()));
  service.valid_for = *valid_for;
  return service;
}

void read_services(Fields& root, std::string_view name, std::vector<Service>& services) {
  for (const json::Value& value : root.optional_array(name)) {
    auto service = parse_service(value, "signing config." + std::string(name));
    if (!service) return root.adopt(std::move(service.error()));
    services.push_back(std::move(*service));
  }
}

void read_selection(Fields& root, std::string_view name, ServiceSelection& selection) {
  const json::Value* value = root.optional_value(name);
  if (value == nullptr) return;
  Fields fields(*value, "signing config." + std::string(name), UnknownFields::Tolerate);
  const std::string selector = fields.optional_text("selector").value_or(std::string(kSelectors.front().first));
  const auto* const row =
      std::ranges::find(kSelectors, selector, [](const auto& candidate) { return candidate.first; });
  if (row == kSelectors.end()) {
    fields.refuse("selector", "is not known");
  } else {
    selection.selector = row->second;
  }
  selection.count = fields.optional_integer("count").value_or(0);
  if (auto done = fields.finish(); !done) root.adopt(std::move(done.error()));
}

std::unexpected<Error> none_left(std::string_view list) {
  return fail(ErrorCode::InvalidRequest,
              "the signing config's list " + std::string(list) +
                  " has no service that is valid now and of a version known here",
              "refresh the instance's signing config");
}

// Steps 1 to 3 of the selection: supported and valid, of the highest version among them, newest first.
std::vector<Service> candidates(const std::vector<Service>& services, const std::vector<std::int64_t>& versions,
                                WallTime now) {
  std::vector<Service> kept;
  for (const Service& service : services) {
    const bool is_supported = std::ranges::find(versions, service.major_api_version) != versions.end();
    // Version 0 means not released yet, whatever a caller lists.
    if (!is_supported || service.major_api_version < 1 || !service.valid_for.contains(now)) continue;
    const auto newest_first = std::ranges::upper_bound(kept, service.valid_for.start, std::ranges::greater(),
                                                       [](const Service& each) { return each.valid_for.start; });
    kept.insert(newest_first, service);
  }
  if (kept.empty()) return kept;
  const std::int64_t highest = std::ranges::max_element(kept, {}, &Service::major_api_version)->major_api_version;
  std::erase_if(kept, [&](const Service& service) { return service.major_api_version != highest; });
  return kept;
}

// Two services of one operator are one witness, so only its newest is kept.
void keep_one_of_each_operator(std::vector<Service>& services) {
  std::vector<Service> kept;
  for (Service& service : services) {
    if (std::ranges::find(kept, service.operator_name, &Service::operator_name) == kept.end()) {
      kept.push_back(std::move(service));
    }
  }
  services = std::move(kept);
}

}  // namespace

Result<SigningConfig> parse_signing_config(std::string_view json) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = kMaxSigningConfig});
  if (!document) return fail(document.error());
  Fields root(*document, "signing config", UnknownFields::Tolerate);
  if (root.text("mediaType") != kMediaType) root.refuse("mediaType", "is not that of a signing config v0.2");
  SigningConfig config;
  read_services(root, "caUrls", config.certificate_authorities);
  read_services(root, "oidcUrls", config.oidc_issuers);
  read_services(root, "rekorTlogUrls", config.logs);
  read_services(root, "tsaUrls", config.timestamp_authorities);
  read_selection(root, "rekorTlogConfig", config.log_selection);
  read_selection(root, "tsaConfig", config.timestamp_selection);
  if (auto done = root.finish(); !done) return fail(std::move(done.error()));
  return config;
}

Result<Service> select_one(const std::vector<Service>& services, const std::vector<std::int64_t>& versions,
                           WallTime now, std::string_view list) {
  std::vector<Service> kept = candidates(services, versions, now);
  if (kept.empty()) return none_left(list);
  return std::move(kept.front());
}

Result<std::vector<Service>> select_services(const std::vector<Service>& services, const ServiceSelection& selection,
                                             const std::vector<std::int64_t>& versions, WallTime now,
                                             std::string_view list) {
  std::vector<Service> kept = candidates(services, versions, now);
  keep_one_of_each_operator(kept);
  if (kept.empty()) return none_left(list);
  switch (selection.selector) {
    case Selector::All:
      return kept;
    case Selector::Any:
      kept.erase(kept.begin() + 1, kept.end());
      return kept;
    case Selector::Exact: {
      const auto left = static_cast<std::int64_t>(kept.size());
      if (selection.count < 1 || selection.count > left) {
        return fail(ErrorCode::InvalidRequest,
                    "the signing config demands " + std::to_string(selection.count) +
                        " services of distinct operators from its list " + std::string(list) + ", and " +
                        std::to_string(left) + " are valid now",
                    "refresh the instance's signing config, or lower its count");
      }
      kept.erase(kept.begin() + selection.count, kept.end());
      return kept;
    }
    case Selector::Undefined:
      break;
  }
  return fail(ErrorCode::InvalidRequest,
              "the signing config does not say how many services of its list " + std::string(list) + " to use",
              "give it a selector: ANY, ALL or EXACT");
}

}  // namespace signet::sigstore
