#include "client/cli/git_attest_job.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_attested.h"
#include "client/cli/git_evidence.h"
#include "client/cli/git_notes.h"
#include "client/cli/git_repository.h"
#include "client/cli/identity_choice.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/git/commit_statement.h"
#include "ssh/key.h"

namespace signet::cli {
namespace {

using protocol::IdentityInfo;

// A commit, and what of its own signature counts for the evidence beside it.
struct Candidate {
  CommitToAttest commit;
  std::optional<sigstore::Refusal> contradiction;
  std::optional<sigstore::PublicKey> ssh_key;
  std::optional<std::string> unread;
};

Result<std::vector<IdentityInfo>> ask_identities() {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  auto reply = agent->identities();
  if (!reply) return fail(std::move(reply.error()));
  return std::move(reply->identities);
}

Result<Candidate> prepare(StoredObject stored) {
  const auto evidence = take_apart(std::move(stored));
  if (!evidence) return fail(evidence.error());
  const StoredObject& object = evidence->object;
  if (!object.has_its_id()) {
    return fail(ErrorCode::InvalidRequest, "the repository holds other bytes than those of " + object.name(),
                "see: git fsck");
  }
  auto statement = sigstore::encode_commit_statement(object.id, object.bytes());
  if (!statement) return fail(std::move(statement.error()).during("reading " + object.name()));
  if (statement->size() > client::kMaxStatement) {
    return fail(ErrorCode::LimitExceeded, "the statement about " + object.name() + " has " +
                                              std::to_string(statement->size()) + " bytes; the agent takes " +
                                              std::to_string(client::kMaxStatement));
  }
  return Candidate{.commit = {.id = object.id, .title = evidence->title(), .statement = std::move(*statement)},
                   .contradiction = contradiction_within(*evidence),
                   .ssh_key = evidence->ssh_key(),
                   .unread = evidence->unread()};
}

bool has_key(const IdentityInfo& identity, const std::string& pin) {
  return identity.fingerprint == pin ||
         std::ranges::find(identity.backup, pin, &protocol::BackupInfo::fingerprint) != identity.backup.end();
}

// As OpenSSH shows it, where the agent has read the key; else as the configuration pins it.
std::string key_words(const IdentityInfo& identity) {
  if (identity.ephemeral) return "makes a key for each signature";
  const auto key = sigstore::PublicKey::from_pem(identity.public_key.value_or(""));
  return "has the key " + (key ? ssh::key_fingerprint(*key) : display_text(identity.fingerprint, 80));
}

std::unexpected<Error> other_key(const CommitToAttest& commit, const sigstore::PublicKey& key,
                                 const IdentityInfo& identity, const std::vector<IdentityInfo>& all) {
  const auto owner =
      std::ranges::find_if(all, [pin = key.pin()](const IdentityInfo& one) { return has_key(one, pin); });
  return fail(ErrorCode::KeyUnsuitable,
              "commit " + commit.id.substr(0, 12) + " is signed by the SSH key " + ssh::key_fingerprint(key) +
                  ", and identity " + display_text(identity.name, 60) + " " + key_words(identity) +
                  ": signet git verify takes no evidence by another key",
              (owner == all.end() ? "name the identity whose key it is with --identity"
                                  : "its key is that of --identity " + display_text(owner->name, 60)) +
                  std::string("; or countersign it, which signet git show tells: --countersign"));
}

std::string unread_warning(const Candidate& candidate) {
  return "the signature of commit " + candidate.commit.id.substr(0, 12) +
         " is of a kind that signet does not read, and is not checked: " + *candidate.unread;
}

// Whatever a verifier would refuse costs a touch and an entry in the log, and is worth nothing.
Result<void> check_own_signature(const Candidate& candidate, const IdentityInfo& identity,
                                 const std::vector<IdentityInfo>& all, bool countersigns) {
  if (candidate.contradiction) {
    return fail(ErrorCode::NotVerified,
                "commit " + candidate.commit.id.substr(0, 12) +
                    " is signed wrongly, and no evidence makes that good: " + candidate.contradiction->what,
                "see: signet git show " + candidate.commit.id.substr(0, 12));
  }
  if (!candidate.ssh_key || countersigns || has_key(identity, candidate.ssh_key->pin())) return {};
  return other_key(candidate.commit, *candidate.ssh_key, identity, all);
}

// A commit without a statement needs none.
Result<void> mark_attested(std::vector<Candidate>& candidates, const IdentityInfo& identity) {
  const auto tree = read_notes_tree(kEvidenceRef);
  if (!tree) return fail(tree.error());
  std::vector<std::string> ids;
  ids.reserve(candidates.size());
  for (const Candidate& candidate : candidates) ids.push_back(candidate.commit.id);
  const auto notes = read_notes(*tree, ids);
  if (!notes) return fail(notes.error());
  const AttestedBy attested(identity);
  for (Candidate& candidate : candidates) {
    CommitToAttest& commit = candidate.commit;
    const auto note = notes->notes.find(commit.id);
    if (note == notes->notes.end()) continue;
    const auto subject = sigstore::parse_commit_statement(bytes_of(commit.statement));
    if (!subject) continue;
    const auto is_ours = [&](const std::string& line) { return attested.has(line, *subject); };
    if (std::ranges::any_of(note->second.lines, is_ours)) commit.statement.clear();
  }
  return {};
}

Result<std::vector<Candidate>> read_candidates(const Arguments& arguments) {
  const auto ids = find_revisions(arguments.operands(), Peel::ToCommit);
  if (!ids) return fail(ids.error());
  auto objects = read_objects(*ids);
  if (!objects) return fail(std::move(objects.error()));
  std::vector<Candidate> candidates;
  for (StoredObject& stored : *objects) {
    auto candidate = prepare(std::move(stored));
    if (!candidate) return fail(std::move(candidate.error()));
    candidates.push_back(std::move(*candidate));
  }
  return candidates;
}

}  // namespace

Result<GitAttestJob> read_git_attest_job(const Arguments& arguments) {
  auto candidates = read_candidates(arguments);
  if (!candidates) return fail(std::move(candidates.error()));
  const auto identities = ask_identities();
  if (!identities) return fail(identities.error());
  auto identity = choose_identity(*identities, arguments.text("identity"));
  if (!identity) return fail(std::move(identity.error()));
  if (!arguments.has("again")) {
    if (auto marked = mark_attested(*candidates, *identity); !marked) return fail(std::move(marked.error()));
  }
  GitAttestJob job{.identity = std::move(*identity), .commits = {}};
  for (Candidate& candidate : *candidates) {
    if (!candidate.commit.is_attested()) {
      auto sound = check_own_signature(candidate, job.identity, *identities, arguments.has("countersign"));
      if (!sound) return fail(std::move(sound.error()));
      if (candidate.unread) job.warnings.push_back(unread_warning(candidate));
    }
    job.commits.push_back(std::move(candidate.commit));
  }
  return job;
}

}  // namespace signet::cli
