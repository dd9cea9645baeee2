#include <optional>

#include "audit/check.h"
#include "client/cli/audit.h"
#include "client/cli/verbs.h"
#include "common/display.h"
#include "common/time.h"
#include "json/reader.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "since", .value = "TIME", .text = "only lines from then on (RFC 3339: 2026-01-31T12:00:00Z)"},
    {.name = "identity", .value = "NAME", .text = "only lines about this identity"},
    {.name = "request", .value = "ID", .text = "only the lines of this request"},
    {.name = "failed", .value = "", .text = "only what was denied or failed"},
    kStateDirFlag};

struct Filter {
  std::optional<WallTime> since{};
  std::optional<std::string> identity{};
  std::optional<std::string> request{};
  bool failed = false;

  // A line that cannot be read hides nothing: it is shown whatever is asked for.
  [[nodiscard]] bool passes(const audit::Line* line) const {
    if (line == nullptr) return true;
    return (!since || line->time >= *since) && (!identity || line->identity == *identity) &&
           (!request || line->request == *request) && (!failed || line->failed());
  }
};

Result<Filter> read_filter(const Arguments& arguments) {
  Filter filter{.identity = arguments.text("identity"), .request = arguments.text("request")};
  filter.failed = arguments.has("failed");
  const auto since = arguments.text("since");
  if (!since) return filter;
  auto time = parse_rfc3339(*since);
  if (!time) {
    return fail(ErrorCode::InvalidRequest, "--since " + display_text(*since, 40) + " is not a time",
                "for example --since 2026-01-31T12:00:00Z");
  }
  filter.since = *time;
  return filter;
}

// One line for a person; what is empty is left out.
std::string show(const audit::SeenLine& seen) {
  std::string text = std::to_string(seen.index) + (seen.sound ? "" : " NOT AS IT WAS WRITTEN") +
                     (seen.covered ? "" : " (not covered yet)");
  if (seen.line == nullptr) return text + " not a line of an audit log: " + display_text(seen.text) + "\n";
  const audit::Line& line = *seen.line;
  const std::string time = encode_rfc3339(line.time);
  for (const std::string& part : {time, line.event, line.operation, line.identity, line.kind, line.digest, line.summary,
                                  line.decision, line.answer, line.error, line.message}) {
    if (!part.empty()) text += " " + display_text(part);
  }
  if (!line.exe.empty()) text += " by " + display_text(line.exe);
  if (!line.request.empty()) text += " [" + display_text(line.request) + "]";
  return text + "\n";
}

json::Object encode(const audit::SeenLine& seen) {
  json::Object object{
      {"index", static_cast<std::int64_t>(seen.index)}, {"covered", seen.covered}, {"sound", seen.sound}};
  auto value = json::parse(seen.text);
  if (value && value->as_object() != nullptr) {
    object.set("line", std::move(*value));
  } else {
    object.set("text", display_text(seen.text, seen.text.size()));
  }
  return object;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto folder = audit_folder(arguments);
  if (!folder) return fail(folder.error());
  const auto filter = read_filter(arguments);
  if (!filter) return fail(filter.error());
  const auto report = audit::check_audit_log(*folder, {}, [&](const audit::SeenLine& seen) {
    if (!filter->passes(seen.line)) return;
    if (output.json()) return output.object("signet.audit-line/1", encode(seen));
    output.text(show(seen));
  });
  if (!report) return fail(report.error());
  if (report->findings.empty()) return 0;
  output.note("signet: this is not the log that was written: see signet audit verify");
  return 1;
}

}  // namespace

const Verb kAuditList{
    .name = "audit list",
    .summary = "list the lines of the agent's audit log",
    .operands = "",
    .help =
        "Lists the audit log from its first line to its last, checking it on the way. Lines that no checkpoint covers\n"
        "yet are marked, and so is a line that is not the one that was written. Works while the agent runs.\n\n"
        "  signet audit list --since 2026-01-31T00:00:00Z --failed\n"
        "  signet audit list --identity work\n"
        "  signet audit list --json | jq 'select(.line.event == \"outcome\") | .line.what.digest'\n\n"
        "With --json, one object for each line. Exit status: 0, or 1 where the log does not verify.\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
