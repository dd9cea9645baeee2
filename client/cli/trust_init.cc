#include <string>

#include "client/cli/trust_report.h"
#include "client/cli/verbs.h"
#include "common/display.h"
#include "sigstore/trust/shipped.h"

namespace signet::cli {
namespace {

Result<int> run(const Arguments& arguments, const Output& output) {
  if (arguments.operands().size() > 1) {
    return fail(ErrorCode::InvalidRequest, "signet trust init takes the name of one instance", "signet trust list");
  }
  const std::string name = arguments.operands().empty() ? "public-good" : arguments.operands().front();
  if (!sigstore::shipped_instance(name)) {
    return fail(ErrorCode::InvalidRequest, "signet ships no root of an instance " + display_text(name, 60),
                "it ships public-good and staging; signet trust add NAME --url URL --root FILE adds another");
  }
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  const auto source = source_named(*configuration, name);
  if (!source) return fail(source.error());
  const int status = update_and_show({*source}, "signet.trust-init/1", output);
  if (status == 0) {
    output.note("Verify with: signet verify --instance " + name +
                " --identity SAN --issuer URL FILE\nRefresh with: signet trust update " + name);
  }
  return status;
}

}  // namespace

const Verb kTrustInit{
    .name = "trust init",
    .summary = "fetch for the first time what Sigstore's public instance says",
    .operands = "[public-good|staging]",
    .help =
        "Begins with the TUF root that signet ships, follows the repository's roots to the present one, and\n"
        "stores the trusted root and the signing config that it publishes, all of it verified. From then on\n"
        "signet verify uses them, without a network, and the agent signs with them where an identity names\n"
        "the instance. Without it signet verify uses what is shipped, which is as old as signet.\n\n"
        "Ends with 0 where it is done, 1 where what was served does not verify, 3 where nothing answers.\n\n"
        "  signet trust init\n"
        "  signet trust init staging\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
