#include "ssh/allowed_signers.h"

#include <algorithm>

#include "common/display.h"
#include "common/time.h"
#include "ssh/key.h"

namespace signet::ssh {
namespace {

// YYYYMMDDHHMMSS.
constexpr std::size_t kWholeTime = 14;

// A word of a list that commas separate, as ssh-keygen reads it: quotation marks and blanks end it, and nothing in it
// can be quoted.
bool is_word(std::string_view word) {
  if (word.empty() || word.front() == '#' || word.front() == '!') return false;
  return word.find_first_of(" \t,\"") == std::string_view::npos && display_text(word, word.size()) == word;
}

Result<std::string> joined(const std::vector<std::string>& words, std::string_view what) {
  std::string text;
  for (const std::string& word : words) {
    if (!is_word(word)) {
      return fail(ErrorCode::InvalidRequest,
                  quoted_text(word, 64) + " cannot be a " + std::string(what) + " of an allowed_signers file",
                  "it may have no blanks, commas, quotation marks and control characters, and not begin with # or !");
    }
    text += (text.empty() ? "" : ",") + word;
  }
  return text;
}

// The digits, filled up to the second. Empty where the two cannot be compared: one is in local time, one in UTC.
std::string comparable(const std::string& time, bool utc) {
  if (time.ends_with('Z') != utc) return {};
  std::string digits = time.substr(0, time.size() - (utc ? 1 : 0));
  digits.resize(kWholeTime, '0');
  return digits;
}

Result<void> check_window(const AllowedSigner& signer) {
  if (!signer.valid_after || !signer.valid_before) return {};
  const bool utc = signer.valid_after->ends_with('Z');
  const std::string before = comparable(*signer.valid_before, utc);
  if (before.empty() || comparable(*signer.valid_after, utc) < before) return {};
  return fail(ErrorCode::InvalidRequest, "the key would end to be valid before it begins: after " +
                                             *signer.valid_after + ", before " + *signer.valid_before);
}

// Commas stand between the options: a blank ends them, and what follows it would be read as the key.
void add_option(std::string& options, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  options += (options.empty() ? "" : ",") + std::string(name) + "=\"" + value + "\"";
}

bool is_short_form(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  const bool sized = text.size() == 8 || text.size() == 12 || text.size() == kWholeTime;
  return sized && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "20260131120000" as "2026-01-31T12:00:00Z".
std::string as_rfc3339(const std::string& digits) {
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2) + "T" + digits.substr(8, 2) + ":" +
         digits.substr(10, 2) + ":" + digits.substr(12, 2) + "Z";
}

}  // namespace

bool is_principal_pattern(std::string_view principal) {
  return principal.find_first_of("*?") != std::string_view::npos;
}

Result<std::string> encode_allowed_signer(const AllowedSigner& signer) {
  auto line = joined(signer.principals, "principal");
  if (!line) return line;
  if (line->empty()) return fail(ErrorCode::InvalidRequest, "a line of an allowed_signers file needs a principal");
  const auto namespaces = joined(signer.namespaces, "namespace");
  if (!namespaces) return namespaces;
  if (auto window = check_window(signer); !window) return fail(std::move(window.error()));
  std::string options;
  add_option(options, "namespaces", *namespaces);
  add_option(options, "valid-after", signer.valid_after.value_or(""));
  add_option(options, "valid-before", signer.valid_before.value_or(""));
  if (!options.empty()) *line += " " + options;
  return *line + " " + encode_key_line(signer.key, "");
}

Result<std::string> allowed_signers_time(std::string_view text) {
  const auto refused = [text] {
    return fail(ErrorCode::InvalidRequest, quoted_text(text, 40) + " is no time of an allowed_signers file",
                "write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z behind it for UTC, or RFC 3339: "
                "2026-01-31T12:00:00Z");
  };
  if (is_short_form(text)) {
    std::string digits(text.substr(0, text.find('Z')));
    digits.resize(kWholeTime, '0');
    if (!parse_rfc3339(as_rfc3339(digits))) return refused();
    return std::string(text);
  }
  const auto time = parse_rfc3339(text);
  if (!time) return refused();
  std::string digits = encode_rfc3339(wall_time_from_unix(unix_seconds(*time)));
  std::erase_if(digits, [](char c) { return c == '-' || c == ':' || c == 'T'; });
  return digits;
}

}  // namespace signet::ssh
