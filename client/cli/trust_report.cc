#include "client/cli/trust_report.h"

#include <optional>
#include <utility>

#include "client/cli/trust_age.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "protocol/varlink.h"
#include "sigstore/trust/shipped.h"

namespace signet::cli {
namespace {

using sigstore::tuf::Header;
using sigstore::tuf::InstanceTrust;
using sigstore::tuf::TrustSource;

std::string day_of(WallTime time) { return encode_rfc3339(time).substr(0, 10); }

std::string role_text(std::string_view role, const Header& header) {
  return std::string(role) + " " + std::to_string(header.version) + ", expires " + day_of(header.expires);
}

json::Object role_object(const Header& header) {
  return {{"version", header.version}, {"expires", encode_rfc3339(header.expires)}};
}

std::string url_of(const TrustSource& source) {
  const auto shipped = source.url.empty() ? sigstore::shipped_instance(source.name) : std::nullopt;
  return shipped ? std::string(shipped->tuf_url) : source.url;
}

std::optional<InstanceTrust> trust_before(const TrustSource& source) {
  const auto cache = config::default_cache();
  auto trust = cache ? sigstore::tuf::read_instance_trust(source, *cache) : Result<InstanceTrust>(fail(cache.error()));
  if (!trust) return std::nullopt;
  return std::move(*trust);
}

// In the order in which a person cares.
std::string changes_text(const std::optional<InstanceTrust>& before, const InstanceTrust& after) {
  if (!before) return "fetched for the first time";
  std::string changes;
  const auto add = [&](bool differs, std::string_view what) {
    if (differs) changes += (changes.empty() ? "changed: " : ", ") + std::string(what);
  };
  add(before->trusted_root != after.trusted_root, "trusted root");
  add(before->signing_config != after.signing_config, "signing config");
  if (before->copy && after.copy) add(before->copy->root.version != after.copy->root.version, "TUF root");
  return changes.empty() ? "nothing changed" : changes;
}

}  // namespace

std::string versions_text(const InstanceTrust& trust) {
  if (!trust.copy) return "nothing was fetched yet";
  return role_text("root", trust.copy->root) + "; " + role_text("timestamp", trust.copy->timestamp);
}

json::Object trust_object(const TrustSource& source, const InstanceTrust& trust, WallTime now) {
  json::Object object{{"name", source.name}, {"url", url_of(source)}, {"origin", origin_text(trust, now)}};
  if (trust.copy) {
    object.set("refreshed", encode_rfc3339(trust.copy->refreshed));
    object.set("root", role_object(trust.copy->root));
    object.set("timestamp", role_object(trust.copy->timestamp));
    object.set("snapshot", role_object(trust.copy->snapshot));
    object.set("targets", role_object(trust.copy->targets));
  }
  object.set("signing_config", trust.signing_config.has_value());
  return object;
}

int update_and_show(const std::vector<TrustSource>& sources, std::string_view schema, const Output& output) {
  json::Array instances;
  int status = 0;
  for (const TrustSource& source : sources) {
    const auto before = trust_before(source);
    std::vector<std::string> notes;
    const auto after = update_trust(source, notes);
    for (const std::string& note : notes) output.note("signet: " + display_text(source.name + ": " + note, 400));
    if (!after) {
      client::write_stderr(client::explain("signet", after.error()));
      if (status == 0) status = exit_status(after.error().code);
      instances.emplace_back(json::Object{{"name", source.name}, {"error", protocol::encode_error(after.error())}});
      continue;
    }
    const std::string changes = changes_text(before, *after);
    output.text(display_text(source.name) + ": " + versions_text(*after) + "; " + changes + "\n");
    json::Object object = trust_object(source, *after, SystemClock().now());
    object.set("changes", changes);
    instances.emplace_back(std::move(object));
  }
  output.object(schema, {{"instances", std::move(instances)}});
  return status;
}

}  // namespace signet::cli
