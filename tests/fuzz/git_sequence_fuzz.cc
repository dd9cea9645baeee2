// What the files of a repository say of a rebase: whoever unpacks an archive has another's files there.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "client/git/sequence.h"
#include "common/bytes.h"

namespace {

// The next part of the text, up to a NUL; nothing where it is empty.
std::optional<std::string> take(std::string_view& text) {
  const std::string part(text.substr(0, text.find('\0')));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part.empty() ? std::nullopt : std::optional(part);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = signet::text_of(signet::ByteView(data, size));
  signet::git_program::SequenceFiles files;
  files.rebase_done = take(text);
  files.rebase_todo = take(text);
  files.apply_next = take(text);
  files.apply_last = take(text);
  files.applying = take(text).has_value();
  files.todo = take(text);
  const std::string place = signet::git_program::place_in_sequence(files);
  constexpr std::size_t kLongest = 80;
  if (place.size() > kLongest) std::abort();
  if (std::ranges::any_of(place, [](char c) { return c < ' ' || c > '~'; })) std::abort();
  return 0;
}
