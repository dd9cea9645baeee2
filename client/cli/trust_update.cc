#include <string>
#include <system_error>
#include <vector>

#include "client/cli/trust_report.h"
#include "client/cli/verbs.h"

namespace signet::cli {
namespace {

using sigstore::tuf::TrustSource;

// A shipped instance that nobody configured or fetched is not wanted.
bool is_wanted(const TrustSource& source, const config::Configuration& configuration) {
  if (configuration.instances.contains(source.name)) return true;
  const auto cache = config::default_cache();
  const auto anchor = sigstore::tuf::read_anchor(source);
  std::error_code ignored;
  return cache && anchor && std::filesystem::exists(sigstore::tuf::store_folder(*cache, *anchor), ignored);
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  std::vector<TrustSource> sources;
  for (const std::string& name : arguments.operands()) {
    auto source = source_named(*configuration, name);
    if (!source) return fail(std::move(source.error()));
    sources.push_back(std::move(*source));
  }
  if (arguments.operands().empty()) {
    for (TrustSource& source : all_sources(*configuration)) {
      if (is_wanted(source, *configuration)) sources.push_back(std::move(source));
    }
  }
  if (sources.empty()) {
    return fail(ErrorCode::InvalidRequest, "no instance whose trust comes from a TUF repository is in use",
                "signet trust init begins with Sigstore's public instance");
  }
  return update_and_show(sources, "signet.trust-update/1", output);
}

}  // namespace

const Verb kTrustUpdate{
    .name = "trust update",
    .summary = "fetch what the instances say today: trusted roots, signing configs",
    .operands = "[INSTANCE…]",
    .help =
        "Asks the TUF repository of each INSTANCE, or of all that are configured or were fetched before, and\n"
        "stores what it publishes, all of it verified. Logs, CAs and timestamp authorities come and go; a\n"
        "repository says anew every few days that nothing has changed, and after that a signature by a new\n"
        "authority is refused here until this was run. A timer that runs it once a day is enough.\n\n"
        "signet verify never goes online by itself: it uses what this stored, and warns when it is old.\n\n"
        "One line for each instance says the versions, until when they are good, and what changed. An instance\n"
        "that fails keeps what it had, and the others are updated.\n"
        "Ends with 0 where all is done, 1 where something does not verify, 3 where something does not answer.\n\n"
        "  signet trust update\n"
        "  signet trust update public-good --json | jq .instances\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
