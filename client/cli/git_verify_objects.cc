// Verifies commits and tags: their own signatures, and the evidence beside them.
#include <utility>

#include "client/cli/git_evidence.h"
#include "client/cli/git_online.h"
#include "client/cli/git_question.h"
#include "client/cli/trust_flags.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict_report.h"

namespace signet::cli {
namespace {

constexpr Flag kOnlineFlag{
    .name = "online", .value = "", .text = "ask the log for what gitsign's online mode keeps out of a commit"};
constexpr Flag kFlags[] = {kExpectedIdentity, kExpectedIdentityRegexp, kExpectedIssuer,  kExpectedIssuerRegexp,
                           kExpectedSanKind,  kExpectedClaim,          kTrustedRootFlag, kInstanceFlag,
                           kLogsFlag,         kTimestampsFlag,         kSctsFlag,        kVerboseFlag,
                           kOnlineFlag};

json::Object item_of(const GitEvidence& evidence, const GitVerdict& verdict) {
  json::Object object = verdict_object(evidence.name(), verdict.judged);
  object.set("object", evidence.object.id);
  object.set("type", evidence.object.type);
  object.set("signature", signature_kind_name(evidence.kind));
  if (const auto fingerprint = evidence.ssh_fingerprint()) object.set("ssh_key", *fingerprint);
  if (const auto unread = evidence.unread()) object.set("unread", *unread);
  if (!verdict.by.empty()) object.set("by", verdict.by);
  return object;
}

std::string text_of_verdict(const GitEvidence& evidence, const GitVerdict& verdict, bool verbose) {
  const auto unread = evidence.unread();
  return verdict_text(evidence.name(), verdict.judged) + row("by", verdict.by) +
         row("ssh key", evidence.ssh_fingerprint().value_or("")) +
         row("signature", unread ? "its own was not read: " + *unread : "") +
         (verbose ? checks_text(verdict.judged) : "");
}

// Without the log's word the verdict stays what it was.
GitVerdict with_the_log(const GitEvidence& evidence, GitVerdict verdict, const std::vector<TrustChoice>& choices,
                        const Output& output) {
  if (!may_be_online(evidence, verdict.judged)) return verdict;
  auto online = judge_online(evidence, choices);
  for (const std::string& note : online.notes) output.note("signet: warning: no answer of the log of instance " + note);
  if (!online.judged) return verdict;
  const bool is_good = online.judged->verdict.has_value();
  return {.judged = std::move(*online.judged), .by = is_good ? "its own signature and the log's answer" : ""};
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto question = read_git_question(arguments, Expecting::Somebody, output);
  if (!question) return fail(question.error());
  output.begin_list("signet.git-verify/1", "results");
  bool refused = false;
  for (const GitEvidence& evidence : question->objects) {
    GitVerdict verdict = judge_git_object(evidence, question->choices);
    if (arguments.has("online")) verdict = with_the_log(evidence, std::move(verdict), question->choices, output);
    refused = refused || !verdict.judged.verdict;
    output.text(text_of_verdict(evidence, verdict, arguments.has("verbose")));
    if (output.json()) output.item(list_item(item_of(evidence, verdict)));
  }
  output.end_list();
  return refused ? 1 : 0;
}

}  // namespace

const Verb kGitVerifyObjects{
    .name = "git verify",
    .summary = "verify commits and tags: their signatures, and the evidence beside them",
    .operands = "[REV…|A..B]",
    .help =
        "Verifies each commit or annotated tag (HEAD where none is named; of a range every commit): its own x509\n"
        "signature, else the evidence that signet git attest put beside it, in refs/notes/signet or in what was\n"
        "fetched from a remote. One of them must be good, by somebody whom you expect. Where the commit is signed by\n"
        "an SSH key, that signature must be good, and the evidence by the same key: an SSH key alone says nothing of\n"
        "who holds it. A signature that contradicts its commit is refused whatever lies beside it.\n\n"
        "Expected is whom signet verify expects: --identity with --issuer, else [verify] allowed. Needs neither agent\n"
        "nor network; evidence comes with signet git sync.\n\n"
        "--online also asks the instance's log of Rekor v1, by certificate and name, where a commit of gitsign's\n"
        "online mode lacks its entry. Nothing else of signet git verify goes online.\n\n"
        "Ends with 0 where every object is verified, 1 where one is refused, 2 where one cannot be found or the call\n"
        "is wrong. git's own answer, git verify-commit, says the same of x509 signatures alone.\n\n"
        "  signet git verify\n"
        "  signet git verify origin/main..HEAD\n"
        "  signet git verify --identity jane@example.org --issuer https://accounts.example v1.0\n"
        "  signet git verify --json v1.0..HEAD | jq '.results[] | select(.verified | not) | .object'\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
