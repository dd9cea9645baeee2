// A note from anywhere, and the statement in each of its bundles: what is kept can be written and read back as the
// same.
#include <cstdint>
#include <cstdlib>

#include "sigstore/bundle/bundle.h"
#include "sigstore/git/commit_statement.h"
#include "sigstore/git/evidence_note.h"
#include "sigstore/git/object.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

void read_commit(ByteView commit) {
  const auto statement = encode_commit_statement(std::string(40, 'a'), commit);
  if (statement && !parse_commit_statement(bytes_of(*statement))) std::abort();
}

void read_statement(const std::string& line) {
  const auto bundle = parse_bundle(line);
  if (!bundle || line.find('\n') != std::string::npos) std::abort();
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle->content);
  const auto subject = envelope == nullptr ? fail(Error{}) : parse_commit_statement(envelope->payload);
  if (subject && !is_git_object_id(subject->id)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  read_commit(input);
  const auto note = parse_evidence_note(text_of(input));
  if (!note) return 0;
  for (const std::string& line : note->lines) read_statement(line);
  const std::string written = encode_evidence_note(note->lines);
  const auto again = parse_evidence_note(written);
  if (!again || again->lines != note->lines || again->left_out != 0) std::abort();
  if (merge_evidence(*note, *again).lines != note->lines) std::abort();
  return 0;
}
