#include <algorithm>
#include <array>

#include "sigstore/git/headers.h"
#include "sigstore/git/object.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSha256IdLength = 64;

// The header's value as git writes it to a file: the blank that continues a line is taken off, a line end added.
std::string unfold(std::string_view value) {
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    text += value[at];
    if (value[at] == '\n') ++at;
  }
  return text + "\n";
}

// git reads these from the front, and stops where another header stands: a commit whose signature lies before its
// parents has none, while nothing that is signed says so.
bool has_its_place_in_front(std::string_view name) {
  constexpr std::array<std::string_view, 8> kFront = {"tree",   "parent", "author", "committer",
                                                      "object", "type",   "tag",    "tagger"};
  return std::ranges::find(kFront, name) != kFront.end();
}

// Takes the signature headers out. In a commit one of them is the signature; in a tag they are of its translation.
Result<SignedGitObject> take_headers_out(const GitHeaderBlock& block) {
  SignedGitObject split;
  if (block.headers.empty()) return split;
  const bool is_sha256 = block.headers.front().value.size() == kSha256IdLength;
  const std::string_view own = is_sha256 ? "gpgsig-sha256" : "gpgsig";
  int sha1_count = 0;
  int sha256_count = 0;
  for (const GitHeader& header : block.headers) {
    if (!is_git_signature_header(header.name)) {
      if (sha1_count + sha256_count > 0 && has_its_place_in_front(header.name)) {
        return fail(ErrorCode::InvalidRequest, "a git object whose signature stands before its " +
                                                   std::string(header.name) + ", which git then does not read");
      }
      append(split.payload, header.whole);
      continue;
    }
    int& count = header.name == "gpgsig" ? sha1_count : sha256_count;
    if (++count > 1) return fail(ErrorCode::InvalidRequest, "a git object with more than one signature of a kind");
    if (header.name == own) split.signature = unfold(header.value);
  }
  append(split.payload, "\n");
  append(split.payload, block.message);
  return split;
}

void take_armor_off(SignedGitObject& split) {
  const std::string_view text = text_of(split.payload);
  const std::size_t armor = find_last_armor(text);
  split.signature = armor == std::string_view::npos ? std::string_view() : text.substr(armor);
  if (armor != std::string_view::npos) split.payload.resize(armor);
}

}  // namespace

Result<SignedGitObject> split_signed_git_object(ByteView bytes) {
  const auto block = parse_git_headers(text_of(bytes));
  if (!block) return fail(block.error());
  auto split = take_headers_out(*block);
  if (!split) return split;
  if (!block->headers.empty() && block->headers.front().name == "object") take_armor_off(*split);
  const auto object = parse_git_object(split->payload, split->payload.size());
  if (!object) return fail(object.error());
  if (object->kind == GitObjectKind::PushCertificate) {
    return fail(ErrorCode::InvalidRequest, "neither a commit nor a tag");
  }
  return split;
}

}  // namespace signet::sigstore
