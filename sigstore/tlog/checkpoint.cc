#include "sigstore/tlog/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base64.h"
#include "common/display.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kFixedLines = 3;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a checkpoint: " + std::string(why));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Sizes travel as int64 in every other format of the field.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (!is_digits(text) || (text.size() > 1 && text.starts_with('0'))) return std::nullopt;
  std::int64_t size = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), size);
  if (end.ec != std::errc()) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

// Rekor v1 writes "<name> - <tree id>".
bool is_origin_of(std::string_view found, std::string_view expected) {
  if (found == expected) return true;
  if (!found.starts_with(expected)) return false;
  found.remove_prefix(expected.size());
  return found.starts_with(" - ") && is_digits(found.substr(3));
}

}  // namespace

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed("its last line has no end");
    if (end == 0) return malformed("it has an empty line");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < kFixedLines) return malformed("it has fewer than three lines");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  const auto size = parse_size(lines[1]);
  if (!size) return malformed("its size is not a decimal number");
  checkpoint.size = *size;
  const auto root = parse_base64(lines[2]);
  if (!root || root->size() != checkpoint.root.value.size()) return malformed("its root is not a hash");
  std::ranges::copy(*root, checkpoint.root.value.begin());
  for (std::size_t i = kFixedLines; i < lines.size(); ++i) checkpoint.extensions.emplace_back(lines[i]);
  return checkpoint;
}

std::string encode_checkpoint_text(const Checkpoint& checkpoint) {
  std::string text =
      checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + encode_base64(checkpoint.root.value) + "\n";
  for (const std::string& line : checkpoint.extensions) text += line + "\n";
  return text;
}

Result<Checkpoint> verify_checkpoint(std::string_view signed_note, const NoteVerifier& log, std::string_view origin) {
  auto note = parse_signed_note(signed_note);
  if (!note) return fail(std::move(note.error()));
  auto checkpoint = parse_checkpoint_text(note->text);
  if (!checkpoint) return fail(std::move(checkpoint.error()));
  if (!is_origin_of(checkpoint->origin, origin)) {
    return fail(ErrorCode::NotVerified,
                "the checkpoint's origin is " + display_text(checkpoint->origin) + ", not " + display_text(origin));
  }
  if (auto verified = verify_note(*note, log); !verified) return fail(std::move(verified.error()));
  return checkpoint;
}

}  // namespace signet::sigstore
