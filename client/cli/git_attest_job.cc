#include "client/cli/git_attest_job.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_evidence.h"
#include "client/cli/git_notes.h"
#include "client/cli/git_repository.h"
#include "client/cli/identity_choice.h"
#include "client/cli/trust.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/git/commit_statement.h"
#include "sigstore/verify/verifier.h"
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

// Of an ephemeral key, which is gone, the name in its certificate must do, as the instance's CA has given it: anybody
// can write that name. A log entry may still be to come.
bool is_certified(const IdentityInfo& identity, std::string_view line, const sigstore::CommitSubject& commit) {
  auto policy = sigstore::IdentityPolicy::any_of({{.san = {identity.san}, .issuer = {identity.issuer}}});
  if (policy) policy = policy->with({.logs = 0, .scts = 0, .times = 1});
  if (!policy) return false;
  const auto choices = choose_trust({.policy = std::move(*policy), .instance = identity.instance});
  if (!choices) return false;
  const sigstore::Artifact artifact{.digests = {commit.sha256}};
  return std::ranges::any_of(*choices, [&](const TrustChoice& choice) {
    return sigstore::examine_bundle(line, artifact, choice.root, choice.policy).verdict.has_value();
  });
}

// A signature by this very key about this very commit is nobody else's: what else the bundle says need not be believed
// for that.
bool is_by(const IdentityInfo& identity, std::string_view line, const sigstore::CommitSubject& commit) {
  const auto bundle = sigstore::parse_bundle(line);
  const auto* envelope = bundle ? std::get_if<sigstore::DsseEnvelope>(&bundle->content) : nullptr;
  if (envelope == nullptr) return false;
  const auto subject = sigstore::parse_commit_statement(envelope->payload);
  if (!subject || *subject != commit) return false;
  const auto certificate = sigstore::Certificate::from_der(bundle->certificate);
  if (!certificate) return false;
  const auto& key = certificate->public_key();
  if (!key.verify_message(sigstore::encode_pae(envelope->payload_type, envelope->payload), envelope->signature)) {
    return false;
  }
  const auto san = certificate->subject_alternative_name();
  if (!san || san->value != identity.san) return false;
  return identity.ephemeral ? is_certified(identity, line, commit) : key.pin() == identity.fingerprint;
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
  for (Candidate& candidate : candidates) {
    CommitToAttest& commit = candidate.commit;
    const auto note = notes->notes.find(commit.id);
    if (note == notes->notes.end()) continue;
    const auto subject = sigstore::parse_commit_statement(bytes_of(commit.statement));
    if (!subject) continue;
    const auto is_ours = [&](const std::string& line) { return is_by(identity, line, *subject); };
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
