// The verdict for programs: a member of "results" of "signet.verify/1" (docs/verify.md).
#include <utility>

#include "client/cli/output.h"
#include "client/cli/refusal_remedy.h"
#include "client/cli/verdict_report.h"
#include "common/time.h"

namespace signet::cli {
namespace {

using sigstore::Refusal;
using sigstore::VerifiedBundle;

json::Object subject_object(const sigstore::StatementSubject& subject) {
  json::Object digests;
  for (const Digest& digest : subject.digests) digests.set(std::string(hash_name(digest.algorithm())), digest.hex());
  return {{"name", subject.name}, {"digest", std::move(digests)}};
}

void set_statement(json::Object& object, const sigstore::Statement& statement, const Attested& attested) {
  json::Array subjects;
  for (const sigstore::StatementSubject& subject : statement.subjects) subjects.emplace_back(subject_object(subject));
  object.set("predicate_type", statement.predicate_type);
  object.set("subject", subject_object(attested.subject));
  object.set("subjects", std::move(subjects));
  object.set("predicate", attested.predicate);
}

json::Array times_array(const VerifiedBundle& bundle) {
  json::Array times;
  for (const sigstore::VerifiedTime& time : bundle.times()) {
    times.emplace_back(json::Object{{"time", encode_rfc3339(time.time)}, {"authority", time.source}});
  }
  return times;
}

json::Array logs_array(const VerifiedBundle& bundle) {
  json::Array logs;
  for (const sigstore::LoggedAt& place : bundle.logs()) {
    logs.emplace_back(
        json::Object{{"log", place.log}, {"index", place.index}, {"index_within_shard", place.is_index_within_shard}});
  }
  return logs;
}

void set_signer(json::Object& object, const VerifiedBundle& bundle) {
  if (!bundle.has_certificate()) {
    object.set("key", bundle.key().pin());
    return;
  }
  object.set("identity", bundle.san());
  object.set("issuer", bundle.issuer());
  json::Object claims;
  for (const sigstore::Claim& claim : bundle.claims()) claims.set(std::string(claim_text(claim.name)), claim.value);
  object.set("claims", std::move(claims));
}

json::Array checks_array(const Judged& judged) {
  json::Array checks;
  for (const sigstore::Check& check : judged.checks) {
    checks.emplace_back(json::Object{{"step", check_step(check.name)},
                                     {"name", check_text(check.name)},
                                     {"result", outcome_text(check.outcome)},
                                     {"detail", check.detail}});
  }
  return checks;
}

}  // namespace

json::Object verdict_object(std::string_view name, const Judged& judged) {
  json::Object object;
  set_name(object, "name", name);
  object.set("verified", judged.verdict.has_value());
  object.set("instance", judged.instance);
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    set_signer(object, bundle);
    object.set("times", times_array(bundle));
    object.set("log", bundle.log_name());
    // A number that programs take for the one in all shards must be that.
    const bool is_within_shard = !bundle.logs().empty() && bundle.logs().front().is_index_within_shard;
    object.set("log_index", is_within_shard ? json::Value() : json::Value(bundle.log_index()));
    object.set("logs", logs_array(bundle));
    if (judged.attested) set_statement(object, *bundle.statement(), *judged.attested);
    object.set("checks", checks_array(judged));
    return object;
  }
  const Refusal& refusal = judged.verdict.error();
  object.set("refusal", refusal_name(refusal.code));
  object.set("step", refusal_step(refusal.code));
  object.set("what", refusal.what);
  if (!refusal.expected.empty()) object.set("expected", refusal.expected);
  if (!refusal.found.empty()) object.set("found", refusal.found);
  object.set("remedy", refusal_remedy(refusal.code));
  object.set("checks", checks_array(judged));
  return object;
}

}  // namespace signet::cli
