#include "client/cli/git_attest_signed.h"

#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/git_repository.h"
#include "client/cli/state_folder.h"
#include "common/display.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/lines.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/evidence_note.h"

namespace signet::cli {
namespace {

constexpr std::size_t kMaxFile = std::size_t{128} * 1024 * 1024;

std::string file_name(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  return encode_hex(sigstore::sha256(bytes_of(text))).substr(0, kDigits) + ".jsonl";
}

// The bundles of a file, and what each says that it is of.
struct SignedLines {
  std::vector<std::string> ids;
  std::vector<Digest> digests;
  std::map<std::string, std::string> by_id;
};

Result<SignedLines> parse_lines(std::string_view text) {
  SignedLines lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    auto subject = sigstore::subject_of_evidence(line);
    if (!subject) return fail(std::move(subject.error()).during("line " + std::to_string(number)));
    if (!lines.by_id.emplace(subject->id, line).second) {
      return fail(ErrorCode::InvalidRequest,
                  "line " + std::to_string(number) + " is the second one about commit " + subject->id.substr(0, 12));
    }
    lines.ids.push_back(std::move(subject->id));
    lines.digests.push_back(subject->sha256);
  }
  if (!lines.ids.empty()) return lines;
  return fail(ErrorCode::InvalidRequest, "there is no bundle in it");
}

Result<void> check_commits(const SignedLines& lines) {
  const auto objects = read_objects(lines.ids);
  if (!objects) return fail(objects.error());
  for (std::size_t i = 0; i < objects->size(); ++i) {
    const StoredObject& object = objects->at(i);
    const bool is_it = object.type == "commit" && object.has_its_id() &&
                       sigstore::hash(HashAlgorithm::Sha256, object.bytes()) == lines.digests.at(i);
    if (is_it) continue;
    return fail(ErrorCode::InvalidRequest, "what is said of " + object.name() + " is of other bytes than it has here");
  }
  return {};
}

}  // namespace

Result<std::filesystem::path> keep_signed(const std::map<std::string, std::string>& lines) {
  const auto folder = state_folder("git-attest");
  if (!folder) return fail(folder.error());
  std::string text;
  for (const auto& [id, line] : lines) text += line + "\n";
  auto file = *folder / file_name(text);
  if (auto written = write_file_atomic(file, text, 0600); !written) return fail(std::move(written.error()));
  return file;
}

Result<std::map<std::string, std::string>> read_signed(const std::filesystem::path& file) {
  const auto text = read_file(file, kMaxFile);
  if (!text) return fail(text.error());
  auto lines = parse_lines(*text);
  const auto sound = lines ? check_commits(*lines) : Result<void>(fail(lines.error()));
  if (!sound) return fail(Error(sound.error()).during("reading " + display_text(file.native())));
  return std::move(lines->by_id);
}

}  // namespace signet::cli
