#include <optional>

#include "audit/check.h"
#include "client/cli/audit.h"
#include "client/cli/audit_certification.h"
#include "client/cli/verbs.h"
#include "common/base64.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::cli {
namespace {

using sigstore::LogFinding;

// A journal of some days, in which the last checkpoint counts.
constexpr std::size_t kMaxKept = std::size_t{16} << 20U;
constexpr std::size_t kLongest = 400;

constexpr Flag kFlags[] = {
    {.name = "checkpoint",
     .value = "FILE",
     .text = "a checkpoint that was kept: as `signet audit checkpoint` prints it, or a journal with one"},
    {.name = "key",
     .value = "VKEY",
     .text = "the log's verifier key, as it was kept (default: the one beside the log)"},
    kStateDirFlag};

Result<audit::Expectation> read_expectation(const Arguments& arguments) {
  audit::Expectation expected{.verifier_key = arguments.text("key")};
  const auto file = arguments.text("checkpoint");
  if (!file) return expected;
  auto text = read_file(*file, kMaxKept);
  if (!text) {
    text.error().remedy = "--checkpoint names a file that signet audit checkpoint wrote";
    return fail(std::move(text.error()).during("reading the kept checkpoint"));
  }
  expected.checkpoint = std::move(*text);
  return expected;
}

std::string entries(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " entry" : " entries"); }

std::string show_finding(const LogFinding& finding) {
  std::string text = "finding: " + display_text(finding.file);
  if (finding.index) text += ", entry " + std::to_string(*finding.index);
  text += ": " + display_text(finding.what, kLongest) + "\n";
  return text + row("expected", finding.expected) + row("found", finding.found);
}

std::string show(const audit::Report& report) {
  const sigstore::Checkpoint& head = report.log.checkpoint;
  std::string text;
  for (const LogFinding& finding : report.findings) text += show_finding(finding);
  if (report.log.stopped_early) text += "there are more findings; the rest was not looked at\n";
  text += "audit log " + display_text(report.origin) + ": " + (report.findings.empty() ? "verified" : "NOT verified") +
          "\n";
  text += row("covered", entries(head.size) + ", root " + encode_base64(head.root.value));
  if (report.uncovered > 0) text += row("not yet", entries(report.uncovered) + " that no checkpoint covers yet");
  if (report.kept_size) {
    text += row("kept", "compared with a checkpoint of " + entries(*report.kept_size));
  } else {
    text += row("kept", "none given: an older copy, or a history signed anew, would not show (--checkpoint FILE)");
  }
  for (const std::string& remark : report.remarks) text += row("remark", remark);
  return text;
}

// A certification that is refused is one more finding.
void add_finding(audit::Report& report, const audit::Folder& folder,
                 const std::optional<Certification>& certification) {
  if (!certification || !certification->judged || certification->judged->verdict) return;
  const sigstore::Refusal& refusal = certification->judged->verdict.error();
  report.findings.push_back(
      {.file = folder.certification().filename().string(),
       .what = "the certification of the log's key is refused",
       .expected = "an attestation of " + report.verifier_key + " by somebody of [verify] allowed",
       .found = refusal.what});
}

std::string show(const std::optional<Certification>& certification) {
  if (!certification) return row("certified", "no: signet audit certify has a token vouch for the log's key");
  if (certification->not_checked) return row("certified", "not checked: " + certification->not_checked->what);
  const auto& verdict = certification->judged->verdict;
  if (!verdict) return row("certified", "no: refused");
  return row("certified", "by " + verdict->san() + " (" + verdict->issuer() + ")");
}

std::string_view certification_state(const std::optional<Certification>& certification) {
  if (!certification) return "none";
  if (certification->not_checked) return "not_checked";
  return certification->judged->verdict ? "verified" : "refused";
}

json::Value encode(const LogFinding& finding) {
  json::Object object{{"file", display_text(finding.file)}, {"what", finding.what}};
  if (finding.index) object.set("index", static_cast<std::int64_t>(*finding.index));
  if (!finding.expected.empty()) object.set("expected", display_text(finding.expected, kLongest));
  if (!finding.found.empty()) object.set("found", display_text(finding.found, kLongest));
  return object;
}

json::Object encode(const audit::Report& report) {
  json::Array findings;
  for (const LogFinding& finding : report.findings) findings.push_back(encode(finding));
  json::Array remarks;
  for (const std::string& remark : report.remarks) remarks.emplace_back(display_text(remark, kLongest));
  json::Object object{{"verified", report.findings.empty()},
                      {"origin", report.origin},
                      {"size", static_cast<std::int64_t>(report.log.checkpoint.size)},
                      {"root", encode_base64(report.log.checkpoint.root.value)},
                      {"not_covered", static_cast<std::int64_t>(report.uncovered)},
                      {"findings", std::move(findings)},
                      {"complete", !report.log.stopped_early},
                      {"remarks", std::move(remarks)}};
  if (report.kept_size) object.set("kept_size", static_cast<std::int64_t>(*report.kept_size));
  return object;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto folder = audit_folder(arguments);
  if (!folder) return fail(folder.error());
  const auto expected = read_expectation(arguments);
  if (!expected) return fail(expected.error());
  auto report = audit::check_audit_log(*folder, *expected, {});
  if (!report) return fail(report.error());
  const auto certification = check_certification(*folder, report->origin, report->verifier_key, arguments);
  add_finding(*report, *folder, certification);
  output.text(show(*report) + show(certification));
  json::Object object = encode(*report);
  object.set("certification", certification_state(certification));
  output.object("signet.audit-verify/1", std::move(object));
  return report->findings.empty() ? 0 : 1;
}

}  // namespace

const Verb kAuditVerify{
    .name = "audit verify",
    .summary = "check the agent's audit log: nothing changed, removed, reordered",
    .operands = "",
    .help =
        "Checks every line of the audit log against its Merkle tree, and the tree against the signed checkpoint. Says "
        "of\n"
        "each finding in which file and at which entry, what was expected and what was found. Works while the agent\n"
        "runs; lines that no checkpoint covers yet (at most a tenth of a second's) are counted.\n\n"
        "An older copy of the log, or one that was rewritten and signed with the log's own key, is perfect in itself:\n"
        "only a checkpoint that was kept elsewhere tells. See: signet audit checkpoint --help\n"
        "Where a token has vouched for the log's key (signet audit certify) that is checked against [verify] "
        "allowed.\n\n"
        "  signet audit verify\n"
        "  signet audit verify --checkpoint kept --json\n\n"
        "Exit status: 0 verified, 1 there are findings.\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
