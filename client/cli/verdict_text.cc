// The verdict for people: rows, and with --verbose the table of checks.
#include <algorithm>

#include "client/cli/output.h"
#include "client/cli/refusal_remedy.h"
#include "client/cli/verdict_report.h"
#include "common/display.h"
#include "common/time.h"

namespace signet::cli {
namespace {

using sigstore::Check;
using sigstore::Outcome;
using sigstore::Refusal;
using sigstore::VerifiedBundle;

constexpr std::size_t kDetail = 1000;

std::string signer_rows(const VerifiedBundle& bundle) {
  if (bundle.has_certificate()) return row("identity", bundle.san()) + row("issuer", bundle.issuer());
  return row("key", std::string(key_kind_name(bundle.key().kind())) + ", " + bundle.key().pin());
}

std::string signed_rows(const VerifiedBundle& bundle) {
  std::string rows;
  for (const sigstore::VerifiedTime& time : bundle.times()) {
    rows += row("signed", encode_rfc3339(time.time) + ", says " + time.source);
  }
  for (const sigstore::LoggedAt& place : bundle.logs()) {
    rows += row("log", place.log + ", entry " + std::to_string(place.index) +
                           (place.is_index_within_shard ? " of its shard" : ""));
  }
  return rows;
}

std::string statement_rows(const sigstore::Statement& statement, const Attested& attested) {
  const std::size_t count = statement.subjects.size();
  const auto& digests = attested.subject.digests;
  return row("statement", statement.predicate_type) +
         row("subject", quoted_text(attested.subject.name) +
                            (digests.empty() ? "" : " " + encode_digest(digests.front())) +
                            (count == 1 ? "" : ", one of " + std::to_string(count)));
}

// The check that refused, as the table of checks names it.
std::string_view refused_check(const Judged& judged) {
  const auto found = std::ranges::find(judged.checks, Outcome::Refused, &Check::outcome);
  return found == judged.checks.end() ? std::string_view() : check_text(found->name);
}

std::string cell(std::string_view text, std::size_t width) {
  std::string padded(text);
  padded.append(padded.size() < width ? width - padded.size() : 1, ' ');
  return padded;
}

std::string check_line(const Check& check) {
  std::string line = "    " + cell(std::to_string(check_step(check.name)), 3) + cell(check_text(check.name), 26) +
                     cell(outcome_text(check.outcome), 15) + display_text(check.detail, kDetail);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string verdict_text(std::string_view name, const Judged& judged) {
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    return "verified: " + display_text(name) + "\n" + signer_rows(bundle) + signed_rows(bundle) +
           (judged.attested ? statement_rows(*bundle.statement(), *judged.attested) : "") +
           row("instance", judged.instance);
  }
  const Refusal& refusal = judged.verdict.error();
  return "refused: " + display_text(name) + "\n" +
         row("code",
             std::string(refusal_name(refusal.code)) + " (step " + std::to_string(refusal_step(refusal.code)) + ")") +
         row("check", refused_check(judged)) + row("what", refusal.what) + row("expected", refusal.expected) +
         row("found", refusal.found) + row("instance", judged.instance) + row("next", refusal_remedy(refusal.code));
}

std::string checks_text(const Judged& judged) {
  std::string text;
  if (judged.verdict && !judged.verdict->claims().empty()) {
    text += "  claims\n";
    for (const sigstore::Claim& claim : judged.verdict->claims()) {
      text += "    " + cell(claim_text(claim.name), 36) + display_text(claim.value, kDetail) + "\n";
    }
  }
  text += "  checks, by the step of the verification\n";
  for (const Check& check : judged.checks) text += check_line(check);
  return text;
}

}  // namespace signet::cli
