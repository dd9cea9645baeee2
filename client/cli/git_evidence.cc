#include "client/cli/git_evidence.h"

#include <algorithm>
#include <map>
#include <utility>

#include "client/cli/git_notes.h"
#include "common/display.h"

namespace signet::cli {
namespace {

using sigstore::GitSignatureKind;

// The notes of one ref, beside what other refs gave.
Result<void> add_notes(EvidenceRead& read, const std::vector<std::string>& ids, std::string_view ref) {
  const auto tree = read_notes_tree(ref);
  if (!tree) return fail(tree.error());
  const auto notes = read_notes(*tree, ids);
  if (!notes) return fail(notes.error());
  read.warnings.insert(read.warnings.end(), notes->unread.begin(), notes->unread.end());
  for (GitEvidence& evidence : read.objects) {
    const auto note = notes->notes.find(evidence.object.id);
    if (note == notes->notes.end()) continue;
    for (const std::string& line : note->second.lines) {
      if (std::ranges::find(evidence.bundles, line) == evidence.bundles.end()) evidence.bundles.push_back(line);
    }
    if (note->second.left_out == 0) continue;
    read.warnings.push_back("the note of " + evidence.object.name() + " in " + display_text(ref) + " has " +
                            std::to_string(note->second.left_out) + " lines that are no bundles");
  }
  return {};
}

}  // namespace

std::string_view signature_kind_name(GitSignatureKind kind) {
  switch (kind) {
    case GitSignatureKind::None:
      return "none";
    case GitSignatureKind::X509:
      return "x509";
    case GitSignatureKind::Ssh:
      return "ssh";
    case GitSignatureKind::OpenPgp:
      return "openpgp";
    case GitSignatureKind::Unknown:
      break;
  }
  return "of an unknown kind";
}

std::string GitEvidence::name() const {
  const std::string words = title();
  return object.name() + (words.empty() ? "" : " " + quoted_text(words, 60));
}

std::string GitEvidence::title() const {
  if (!parts) return {};
  const auto read = sigstore::parse_git_object(parts->payload, parts->payload.size());
  if (!read) return {};
  return read->kind == sigstore::GitObjectKind::Tag ? read->tag : read->subject;
}

Result<GitEvidence> take_apart(StoredObject object) {
  if (object.type != "commit" && object.type != "tag") {
    return fail(ErrorCode::InvalidRequest, object.name() + " is neither a commit nor a tag",
                "name what somebody signed: a commit, a tag or a range of commits");
  }
  auto parts = sigstore::split_signed_git_object(object.bytes());
  const auto kind = parts ? sigstore::signature_kind(parts->signature) : GitSignatureKind::None;
  return GitEvidence{.object = std::move(object), .parts = std::move(parts), .kind = kind};
}

Result<EvidenceRead> read_git_evidence(const std::vector<std::string>& ids) {
  auto objects = read_objects(ids);
  if (!objects) return fail(std::move(objects.error()));
  EvidenceRead read;
  for (StoredObject& object : *objects) {
    auto evidence = take_apart(std::move(object));
    if (!evidence) return fail(std::move(evidence.error()));
    read.objects.push_back(std::move(*evidence));
  }
  auto refs = remote_evidence_refs();
  if (!refs) return fail(std::move(refs.error()));
  if (refs->size() > kMaxEvidenceRefs) {
    refs->resize(kMaxEvidenceRefs);
    read.warnings.push_back("more than " + std::to_string(kMaxEvidenceRefs) + " refs lie below " +
                            std::string(kRemoteEvidence) + ": the rest of them is not read");
  }
  // Broken notes may not keep us from a signature that is good, nor those of a remote from ours.
  refs->insert(refs->begin(), std::string(kEvidenceRef));
  for (const std::string& ref : *refs) {
    if (auto added = add_notes(read, ids, ref); !added) {
      read.warnings.push_back(display_text(ref) + " is not read: " + added.error().what);
    }
  }
  return read;
}

}  // namespace signet::cli
