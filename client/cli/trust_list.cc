#include <string>
#include <utility>

#include "client/cli/trust_age.h"
#include "client/cli/trust_report.h"
#include "client/cli/verbs.h"
#include "common/display.h"
#include "protocol/varlink.h"

namespace signet::cli {
namespace {

using sigstore::tuf::TrustSource;

struct Listed {
  std::string text;
  json::Object object;
};

Listed list_repository(const TrustSource& source, WallTime now) {
  const auto cache = config::default_cache();
  const auto trust = cache ? sigstore::tuf::read_instance_trust(source, *cache)
                           : Result<sigstore::tuf::InstanceTrust>(fail(cache.error()));
  if (!trust) {
    return {.text = display_text(source.name) + "\n" + row("from", source.url) +
                    row("offline", "no: " + trust.error().what) + row("next", trust.error().remedy),
            .object = {{"name", source.name},
                       {"from", "tuf"},
                       {"url", source.url},
                       {"offline", false},
                       {"error", protocol::encode_error(trust.error())}}};
  }
  json::Object object = trust_object(source, *trust, now);
  object.set("from", "tuf");
  object.set("offline", true);
  std::string text = display_text(source.name) + "\n" + row("from", *object.find("url")->as_string()) +
                     row("state", versions_text(*trust)) + row("offline", "yes, " + origin_text(*trust, now));
  const auto warning = age_warning(source.name, *trust, now);
  object.set("current", !warning.has_value());
  if (trust->why_shipped) object.set("why_shipped", protocol::encode_error(*trust->why_shipped));
  if (warning) text += row("next", age_remedy(source.name, *trust));
  return {.text = std::move(text), .object = std::move(object)};
}

Listed list_files(const config::Instance& instance) {
  return {.text = display_text(instance.name) + "\n" + row("from", instance.trusted_root.native()) +
                  row("offline", "yes, it is a file: who wrote it keeps it fresh"),
          .object = {{"name", instance.name},
                     {"from", "file"},
                     {"trusted_root", display_text(instance.trusted_root.native(), 4096)},
                     {"offline", true}}};
}

Result<int> run(const Arguments&, const Output& output) {
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  const WallTime now = SystemClock().now();
  json::Array instances;
  const auto show = [&](Listed listed) {
    output.text(listed.text);
    instances.emplace_back(std::move(listed.object));
  };
  for (const TrustSource& source : all_sources(*configuration)) show(list_repository(source, now));
  for (const auto& [name, instance] : configuration->instances) {
    if (!instance.trusted_root.empty()) show(list_files(instance));
  }
  output.object("signet.trust-list/1", {{"instances", std::move(instances)}});
  return 0;
}

}  // namespace

const Verb kTrustList{
    .name = "trust list",
    .summary = "show the instances, where their trust comes from, and how old it is",
    .operands = "",
    .help =
        "Shows each instance that signatures can be verified under: where its trusted root comes from, which\n"
        "versions of the TUF metadata are stored and until when they are good, and whether it can be used\n"
        "without a network. Nothing is fetched.\n\n"
        "  signet trust list\n"
        "  signet trust list --json | jq '.instances[] | select(.current == false) | .name'\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
