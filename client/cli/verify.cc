// Verifies files on several threads, and shows what came of each, in their order and as soon as it is there.
#include <utility>

#include "client/cli/in_order.h"
#include "client/cli/progress_line.h"
#include "client/cli/trust_flags.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict_report.h"
#include "client/cli/verify_file.h"
#include "client/cli/verify_question.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "common/time.h"
#include "protocol/varlink.h"

namespace signet::cli {
namespace {

constexpr std::chrono::seconds kPatience{1};

constexpr Flag kFlags[] = {
    kExpectedIdentity,
    kExpectedIdentityRegexp,
    kExpectedIssuer,
    kExpectedIssuerRegexp,
    kExpectedSanKind,
    kExpectedClaim,
    {.name = "key", .value = "FILE", .text = "the signer's public key (PEM), in the place of an identity"},
    {.name = "type",
     .value = "TYPE",
     .text = "demand an attestation of this type: a URI, a short name of signet attest --help, or any"},
    {.name = "bundle",
     .value = "FILE",
     .text = "the bundle of all FILEs; without it FILE.sigstore.json, with --type FILE.intoto.sigstore.json"},
    kTrustedRootFlag,
    kInstanceFlag,
    kLogsFlag,
    kTimestampsFlag,
    kSctsFlag,
    kVerboseFlag};

json::Object trouble_object(const std::string& operand, const Error& error) {
  json::Object object;
  set_name(object, "name", operand);
  object.set("verified", false);
  object.set("error", protocol::encode_error(error));
  return object;
}

// What is shown of one file. Made where it was verified, so that no more than this waits for its turn.
struct Shown {
  int status = 0;
  bool is_trouble = false;
  std::string text;  // for people
  std::string item;  // for programs, if they are asked for
};

Shown show_trouble(const std::string& operand, Error error, bool json) {
  error = std::move(error).during("verifying " + operand);
  return {.status = exit_status(error.code),
          .is_trouble = true,
          .text = client::explain("signet", error),
          .item = json ? list_item(trouble_object(operand, error)) : std::string()};
}

Shown show_verdict(const std::string& operand, const Judged& judged, bool json, bool verbose) {
  return {.status = judged.verdict ? 0 : 1,
          .is_trouble = false,
          .text = verdict_text(operand, judged) + (verbose ? checks_text(judged) : ""),
          .item = json ? list_item(verdict_object(operand, judged)) : std::string()};
}

// One call: the files, how they are verified, and what came of those that were shown.
class VerifyRun {
 public:
  VerifyRun(const Arguments& arguments, const Question& question, const Output& output)
      : files_(arguments.operands()), verbose_(arguments.has("verbose")), question_(question), output_(output) {}

  int run() {
    output_.begin_list("signet.verify/1", "results");
    InOrder<Shown>{.count = files_.size(),
                   .threads = processors_for(files_.size()),
                   .work = [this](std::size_t number) { return verify(number); },
                   .take = [this](std::size_t, Shown shown) { take(shown); },
                   .wait = [this](std::size_t number) { wait(number); }}
        .run();
    output_.end_list();
    return refused_ ? 1 : trouble_;
  }

 private:
  [[nodiscard]] Shown verify(std::size_t number) {
    const std::string& file = files_[number];
    // The line is its thread's own: with several files it says which one is waited for.
    const auto judged =
        verify_file(file, question_, files_.size() == 1 ? show_hashing(line_, file) : sigstore::OnHashed());
    if (!judged) return show_trouble(file, judged.error(), output_.json());
    return show_verdict(file, *judged, output_.json(), verbose_);
  }

  void take(const Shown& shown) {
    line_.clear();
    if (shown.is_trouble) {
      client::write_stderr(shown.text);
      if (trouble_ == 0) trouble_ = shown.status;
    } else {
      output_.text(shown.text);
      refused_ = refused_ || shown.status != 0;
    }
    output_.item(shown.item);
  }

  void wait(std::size_t number) {
    if (!patience_.passed()) return;
    line_.show("signet: verifying " + std::to_string(number + 1) + " of " + std::to_string(files_.size()) + ": " +
               files_[number]);
  }

  const std::vector<std::string>& files_;
  const bool verbose_;
  const Question& question_;
  const Output& output_;
  ProgressLine line_;
  Deadline patience_ = Deadline::after(kPatience);
  bool refused_ = false;
  int trouble_ = 0;
};

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto question = read_question(arguments);
  if (!question) return fail(question.error());
  show_warnings(question->choices);
  return VerifyRun(arguments, *question, output).run();
}

}  // namespace

const Verb kVerify{
    .name = "verify",
    .summary = "verify the signatures of files, or what is attested about them",
    .operands = "FILE…",
    .help =
        "Verifies the Sigstore bundle of each FILE: the signature, the log entry and its proof, the time, the\n"
        "certificate, and that the signer is one that you expect. Where no file has that name FILE may be a\n"
        "digest, sha256:HEX. Needs neither agent nor network.\n\n"
        "The bundle lies beside the file: FILE.sigstore.json, else FILE.sigstore, else FILE.sigstore.jsonl, which "
        "holds\n"
        "one on each line; one that is good suffices. Bundles of versions 0.1 to 0.3, of Rekor v1 and v2 are read.\n\n"
        "Expected is the --identity with its --issuer: a signature by nobody in particular proves nothing. Without\n"
        "them it is anybody of [verify] allowed in the configuration, each under the trusted root of its own "
        "instance.\n"
        "A regular expression is RE2's and must match the whole text: .*@example\\.org is everybody there. For\n"
        "signatures of a bare key, without a certificate, expect the --key.\n\n"
        "Where no instance is configured or named, Sigstore's public one is believed, public-good: what signet trust\n"
        "last fetched of it, else what signet ships.\n\n"
        "A --claim is what the CA says about the build that signed: build-signer-uri, build-signer-digest,\n"
        "runner-environment, source-repository-uri, source-repository-digest, source-repository-ref,\n"
        "source-repository-identifier, source-repository-owner-uri, source-repository-owner-identifier,\n"
        "build-config-uri, build-config-digest, build-trigger, run-invocation-uri, source-repository-visibility,\n"
        "deployment-environment, token-subject.\n\n"
        "With --type it is an attestation (signet attest) that is verified, in the same way: FILE must be one of its\n"
        "subjects, and TYPE its type. An attestation passes for no signature: who says of a file that it has holes\n"
        "has not signed it. What the predicate says is for you to judge: --json shows it.\n\n"
        "--verbose and --json list every check in its order: what was found, refused and not reached. Many FILEs are\n"
        "verified on all processors, and shown in the order in which they are named.\n\n"
        "Ends with 0 where every FILE is verified, 1 where one is refused, 2 where one could not be judged because it\n"
        "or its bundle cannot be read, or the call is wrong, 3 where the stored trust is damaged.\n\n"
        "  signet verify app.tar.gz\n"
        "  signet verify --type slsaprovenance1 app.tar.gz\n"
        "  signet verify --type any --json app.tar.gz | jq '.results[] | .predicate'\n"
        "  signet verify --identity jane@example.org --issuer https://accounts.example app.tar.gz\n"
        "  signet verify --identity-regexp 'https://github\\.com/octo/repo/.*@refs/tags/.*' \\\n"
        "      --issuer https://token.actions.githubusercontent.com --claim build-trigger=push app.tar.gz\n"
        "  signet verify --key release.pub app.tar.gz\n"
        "  signet verify --trusted-root trusted_root.json --identity … --issuer … --bundle app.json app.tar.gz\n"
        "  signet verify --json dist/*.whl | jq '.results[] | select(.verified | not) | .checks'\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
