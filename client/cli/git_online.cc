#include "client/cli/git_online.h"

#include <map>
#include <utility>

#include "client/cli/log_question.h"
#include "common/display.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/object_id.h"
#include "sigstore/verify/git_online.h"

namespace signet::cli {

bool may_be_online(const GitEvidence& evidence, const Judged& offline) {
  if (offline.verdict || offline.verdict.error().code != sigstore::RefusalCode::LogEntryMissing) return false;
  return evidence.kind == sigstore::GitSignatureKind::X509 && evidence.parts.has_value();
}

OnlineVerdict judge_online(const GitEvidence& evidence, const std::vector<TrustChoice>& choices) {
  OnlineVerdict verdict;
  const auto cms = sigstore::parse_git_cms(evidence.parts->signature);
  const std::string name = sigstore::git_object_name(evidence.object.type, evidence.object.bytes());
  // gitsign knows names by SHA-1 alone.
  if (!cms || cms->evidence.entry || name != evidence.object.id) return verdict;
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(name));
  std::map<std::string, sigstore::LogEntry> entries;
  std::vector<TrustChoice> asked;
  for (const TrustChoice& choice : choices) {
    auto entry = ask_logs(choice.instance, cms->leaf.der(), digest);
    if (!entry) {
      verdict.notes.push_back(display_text(choice.instance) + ": " + display_text(entry.error().sentence(), 600));
    } else if (*entry) {
      entries.emplace(choice.instance, std::move(**entry));
      asked.push_back(choice);
    }
  }
  if (asked.empty()) return verdict;
  verdict.judged = judge(asked, [&](const TrustChoice& choice) {
    return sigstore::examine_git_signature_online(name, *evidence.parts, entries.at(choice.instance), choice.root,
                                                  choice.policy);
  });
  return verdict;
}

}  // namespace signet::cli
