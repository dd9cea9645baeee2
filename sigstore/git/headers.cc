#include "sigstore/git/headers.h"

#include <algorithm>
#include <array>

#include "common/git_armor.h"
#include "common/pem.h"

namespace signet::sigstore {
namespace {

struct Armor {
  std::string_view label;
  GitSignatureKind kind;
};

// What git recognises at the beginning of a line as a signature of one of its three formats.
constexpr std::array<Armor, 4> kArmors = {{{kOpenPgpArmor, GitSignatureKind::OpenPgp},
                                           {kOpenPgpMessageArmor, GitSignatureKind::OpenPgp},
                                           {kCmsArmor, GitSignatureKind::X509},
                                           {kSshArmor, GitSignatureKind::Ssh}}};

// The armor that begins with this text, or nullptr.
const Armor* armor_of(std::string_view text) {
  if (!text.starts_with("-----")) return nullptr;
  const auto* const found =
      std::ranges::find_if(kArmors, [&](const Armor& each) { return text.starts_with(pem_begin(each.label)); });
  return found == kArmors.end() ? nullptr : found;
}

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a git object: " + std::string(why));
}

// The length of the header at the front of `text`, continuation lines and last line end included; npos without one.
std::size_t header_length(std::string_view text) {
  std::size_t end = text.find('\n');
  while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] == ' ') end = text.find('\n', end + 1);
  return end == std::string_view::npos ? end : end + 1;
}

}  // namespace

Result<GitHeaderBlock> parse_git_headers(std::string_view object) {
  // git shows what stands before a NUL and signs what stands behind it.
  if (object.find('\0') != std::string_view::npos) return malformed("it has a NUL byte");
  GitHeaderBlock block;
  while (!object.starts_with('\n')) {
    const std::size_t length = header_length(object);
    if (length == std::string_view::npos) return malformed("no blank line ends its headers");
    const std::string_view whole = object.substr(0, length);
    const std::size_t blank = whole.find(' ');
    const std::size_t line_end = whole.find('\n');
    if (blank == 0 || blank == std::string_view::npos || blank + 1 >= line_end) {
      return malformed("a header without name or value");
    }
    block.headers.push_back(
        {.name = whole.substr(0, blank), .value = whole.substr(blank + 1, length - blank - 2), .whole = whole});
    object.remove_prefix(length);
  }
  block.message = object.substr(1);
  return block;
}

bool is_git_signature_header(std::string_view name) { return name == "gpgsig" || name == "gpgsig-sha256"; }

GitSignatureKind signature_kind(std::string_view armored) {
  if (armored.empty()) return GitSignatureKind::None;
  const Armor* const armor = armor_of(armored);
  return armor == nullptr ? GitSignatureKind::Unknown : armor->kind;
}

std::size_t find_last_armor(std::string_view text) {
  std::size_t found = std::string_view::npos;
  for (std::size_t line = 0; line < text.size();) {
    if (armor_of(text.substr(line)) != nullptr) found = line;
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) break;
    line = end + 1;
  }
  return found;
}

}  // namespace signet::sigstore
