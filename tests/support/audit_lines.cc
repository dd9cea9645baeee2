#include "tests/support/audit_lines.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "audit/check.h"

namespace signet::test {
namespace {

audit::Report must_check(const std::filesystem::path& folder, const audit::SeeLine& see) {
  auto report = audit::check_audit_log(audit::Folder(folder), {}, see);
  if (report) return std::move(*report);
  std::fprintf(stderr, "audit log: %s\n", report.error().sentence().c_str());
  std::abort();
}

}  // namespace

std::vector<std::string> stored_audit_lines(const std::filesystem::path& folder) {
  std::vector<std::string> lines;
  (void)must_check(folder, [&lines](const audit::SeenLine& seen) { lines.emplace_back(seen.text); });
  return lines;
}

std::vector<std::string> audit_findings(const std::filesystem::path& folder) {
  std::vector<std::string> findings;
  for (const sigstore::LogFinding& finding : must_check(folder, {}).findings) {
    findings.push_back(finding.file + ": " + finding.what + "; expected " + finding.expected + ", found " +
                       finding.found);
  }
  return findings;
}

}  // namespace signet::test
