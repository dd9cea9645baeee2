#include "client/cli/git_attest_job.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_notes.h"
#include "client/cli/git_repository.h"
#include "client/cli/identity_choice.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/git/commit_statement.h"
#include "sigstore/git/headers.h"
#include "sigstore/git/object.h"
#include "ssh/key.h"
#include "ssh/sshsig.h"

namespace signet::cli {
namespace {

using protocol::IdentityInfo;

Result<IdentityInfo> ask_identity(const std::optional<std::string>& name) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->identities();
  if (!reply) return fail(reply.error());
  return choose_identity(reply->identities, name);
}

Result<CommitToAttest> prepare(const StoredObject& stored) {
  if (!stored.has_its_id()) {
    return fail(ErrorCode::InvalidRequest, "the repository holds other bytes than those of " + stored.name(),
                "see: git fsck");
  }
  auto statement = sigstore::encode_commit_statement(stored.id, stored.bytes());
  if (!statement) return fail(std::move(statement.error()).during("reading " + stored.name()));
  if (statement->size() > client::kMaxStatement) {
    return fail(ErrorCode::LimitExceeded, "the statement about " + stored.name() + " has " +
                                              std::to_string(statement->size()) + " bytes; the agent takes " +
                                              std::to_string(client::kMaxStatement));
  }
  const auto split = sigstore::split_signed_git_object(stored.bytes());
  const auto object = split ? sigstore::parse_git_object(split->payload, split->payload.size())
                            : Result<sigstore::GitObject>(fail(split.error()));
  if (!object) return fail(object.error());
  return CommitToAttest{
      .id = stored.id, .title = object->subject, .statement = std::move(*statement), .signature = split->signature};
}

// Badge and evidence must be of one key: whoever verifies refuses the rest.
void warn_of_other_keys(GitAttestJob& job) {
  for (const CommitToAttest& commit : job.commits) {
    if (commit.is_attested() || sigstore::signature_kind(commit.signature) != sigstore::GitSignatureKind::Ssh) continue;
    const auto signature = ssh::parse_sshsig_file(commit.signature);
    if (!signature) continue;
    if (signature->key.pin() == job.identity.fingerprint) continue;
    job.warnings.push_back("commit " + commit.id.substr(0, 12) + " is signed by the SSH key " +
                           ssh::key_fingerprint(signature->key) + ", which is not the key of " +
                           display_text(job.identity.name, 60) + ": signet git verify will refuse this evidence");
  }
}

// A signature by this very key about this very commit is nobody else's: what else the bundle says need not be believed
// for that. An ephemeral key is gone, so there its certificate's name must do.
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
  return identity.ephemeral || key.pin() == identity.fingerprint;
}

Result<void> mark_attested(GitAttestJob& job) {
  const auto tree = read_notes_tree(kEvidenceRef);
  if (!tree) return fail(tree.error());
  std::vector<std::string> ids;
  ids.reserve(job.commits.size());
  for (const CommitToAttest& commit : job.commits) ids.push_back(commit.id);
  const auto notes = read_notes(*tree, ids);
  if (!notes) return fail(notes.error());
  for (CommitToAttest& commit : job.commits) {
    const auto note = notes->notes.find(commit.id);
    if (note == notes->notes.end()) continue;
    const auto subject = sigstore::parse_commit_statement(bytes_of(commit.statement));
    if (!subject) continue;
    const auto is_ours = [&](const std::string& line) { return is_by(job.identity, line, *subject); };
    if (std::ranges::any_of(note->second.lines, is_ours)) commit.statement.clear();
  }
  return {};
}

}  // namespace

Result<GitAttestJob> read_git_attest_job(const Arguments& arguments) {
  const auto ids = find_revisions(arguments.operands(), Peel::ToCommit);
  if (!ids) return fail(ids.error());
  const auto objects = read_objects(*ids);
  if (!objects) return fail(objects.error());
  GitAttestJob job;
  for (const StoredObject& stored : *objects) {
    auto commit = prepare(stored);
    if (!commit) return fail(std::move(commit.error()));
    job.commits.push_back(std::move(*commit));
  }
  auto identity = ask_identity(arguments.text("identity"));
  if (!identity) return fail(std::move(identity.error()));
  job.identity = std::move(*identity);
  if (!arguments.has("again")) {
    if (auto marked = mark_attested(job); !marked) return fail(std::move(marked.error()));
  }
  warn_of_other_keys(job);
  return job;
}

}  // namespace signet::cli
