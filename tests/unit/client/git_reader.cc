#include "tests/unit/client/git_reader.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace signet::test {
namespace {

constexpr std::string_view kPrefix = "[GNUPG:] ";

struct Word {
  std::string_view text;
  char letter;  // 0: none
  bool exclusive = true;
  bool has_signer = true;
};

// In the order in which git knows them: the oldest versions look for each in turn.
constexpr std::array<Word, 8> kWords = {{{"GOODSIG ", 'G'},
                                         {"BADSIG ", 'B'},
                                         {"TRUST_NEVER", 'U', false, false},
                                         {"TRUST_UNDEFINED", 'U', false, false},
                                         {"ERRSIG ", 'E', true, false},
                                         {"EXPSIG ", 'X'},
                                         {"EXPKEYSIG ", 'Y'},
                                         {"REVKEYSIG ", 'R'}}};
constexpr std::array<std::string_view, 5> kLevels = {"UNDEFINED", "NEVER", "MARGINAL", "FULLY", "ULTIMATE"};

struct Parsed {
  char letter = 'N';
  std::string signer{};
  std::string key{};
  std::string fingerprint{};
  std::string primary{};
  std::optional<std::size_t> level{};  // in kLevels
};

std::optional<std::size_t> level_of(std::string_view word) {
  const auto* found = std::ranges::find(kLevels, word);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kLevels.begin());
}

// A place in the status output. Fields end at a blank wherever the next one is, which may be in another line.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t place() const { return at_; }
  [[nodiscard]] std::size_t find(char c) const { return std::min(text_.find(c, at_), text_.size()); }
  bool skip(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void go(std::size_t place) { at_ = std::min(place, text_.size()); }
  void to_next_line() {
    go(at_ + 1);
    go(find('\n'));
  }
  [[nodiscard]] std::string until(std::size_t place) const { return std::string(text_.substr(at_, place - at_)); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

void take_key(Cursor& cursor, bool has_signer, Parsed& parsed) {
  const std::size_t blank = cursor.find(' ');
  parsed.key = cursor.until(blank);
  if (!has_signer) return;
  cursor.go(blank);
  if (cursor.at_end()) return;
  cursor.go(blank + 1);
  parsed.signer = cursor.until(cursor.find('\n'));
}

void take_fingerprints(const GitVersion& version, Cursor& cursor, Parsed& parsed) {
  parsed.fingerprint = cursor.until(cursor.find(' '));
  const std::size_t line_end = cursor.find('\n');
  int fields = 9;
  for (std::size_t blank = cursor.find(' '); fields > 0; --fields) {
    Cursor next = cursor;
    next.go(blank);
    if (next.at_end() || (version.primary_on_line && blank >= line_end)) break;
    cursor.go(blank + 1);
    blank = cursor.find(' ');
  }
  if (fields == 0 || !version.primary_on_line) parsed.primary = cursor.until(cursor.find('\n'));
}

// False where git gives all up: its 'E'.
bool take_line(const GitVersion& version, Cursor& cursor, Parsed& parsed, bool& seen) {
  if (version.has_levels && cursor.skip("TRUST_")) {
    parsed.level = level_of(cursor.until(std::min(cursor.find(' '), cursor.find('\n'))));
    return parsed.level.has_value();
  }
  if (cursor.skip("VALIDSIG ")) {
    take_fingerprints(version, cursor, parsed);
    return true;
  }
  for (const Word& word : kWords) {
    if ((version.has_levels && !word.exclusive) || !cursor.skip(word.text)) continue;
    if (word.exclusive && seen) return false;
    seen |= word.exclusive;
    parsed.letter = word.letter;
    if (word.exclusive) take_key(cursor, word.has_signer, parsed);
    return true;
  }
  return true;
}

Parsed parse_by_line(const GitVersion& version, std::string_view status) {
  Parsed parsed;
  bool seen = false;
  for (Cursor cursor(status); !cursor.at_end(); cursor.to_next_line()) {
    while (cursor.skip("\n")) {
    }
    if (cursor.at_end() || !cursor.skip(kPrefix)) continue;
    if (!take_line(version, cursor, parsed, seen)) return {.letter = 'E', .level = parsed.level};
  }
  return parsed;
}

// 2.19
Parsed parse_by_word(std::string_view status) {
  Parsed parsed;
  const std::string text = "\n" + std::string(status);
  for (const Word& word : kWords) {
    const std::string wanted = "\n" + std::string(kPrefix) + std::string(word.text);
    const auto at = text.find(wanted);
    if (at == std::string::npos) continue;
    parsed.letter = word.letter;
    Cursor cursor(text);
    cursor.go(at + wanted.size());
    if (word.exclusive) take_key(cursor, word.has_signer, parsed);
  }
  return parsed;
}

bool is_told_good(const GitVersion& version, std::string_view status) {
  const auto has = [&](std::string_view word) {
    return status.find("\n" + std::string(kPrefix) + std::string(word)) != std::string_view::npos;
  };
  return has("GOODSIG ") || (version.takes_expired_key && has("EXPKEYSIG "));
}

std::string trust_text(const GitVersion& version, const Parsed& parsed) {
  if (!version.has_levels) return "%GT";
  std::optional<std::size_t> level = parsed.level;
  if (!level && version.no_trust == GitVersion::NoTrust::Empty) return "";
  if (!level && version.no_trust == GitVersion::NoTrust::Abort) return "BUG";
  std::string text(kLevels.at(level.value_or(0)));
  for (char& c : text) c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// A level that is not there counts as the highest until 2.40, because it is compared as a number that wrapped around.
bool is_trusted_enough(const GitVersion& version, const Parsed& parsed, std::string_view min_trust) {
  if (!version.has_levels || min_trust.empty()) return true;
  if (!parsed.level && version.no_trust != GitVersion::NoTrust::Undefined) return true;
  return parsed.level.value_or(0) >= level_of(min_trust).value_or(0);
}

char letter_shown(const GitVersion& version, const Parsed& parsed) {
  if (parsed.letter != 'G' || !version.has_levels) return parsed.letter;
  const bool is_unset = !parsed.level && version.no_trust != GitVersion::NoTrust::Undefined;
  return is_unset || parsed.level.value_or(0) > 1 ? 'G' : 'U';
}

bool is_good_letter(const GitVersion& version, char letter) {
  return letter == 'G' || (letter == 'U' && !version.has_levels) || (letter == 'Y' && version.takes_expired_key);
}

}  // namespace

const std::vector<GitVersion>& git_versions() {
  using enum GitVersion::NoTrust;
  static const std::vector<GitVersion> all = {
      {.minor = 19,
       .by_line = false,
       .has_levels = false,
       .primary_on_line = false,
       .reads_the_silent = false,
       .no_trust = Empty},
      {.minor = 20,
       .by_line = true,
       .has_levels = false,
       .primary_on_line = false,
       .reads_the_silent = false,
       .no_trust = Empty},
      {.minor = 25, .by_line = true, .has_levels = false, .reads_the_silent = false, .no_trust = Empty},
      {.minor = 26, .by_line = true, .has_levels = true, .reads_the_silent = false, .no_trust = Empty},
      {.minor = 34, .by_line = true, .has_levels = true, .no_trust = Empty},
      {.minor = 38, .by_line = true, .has_levels = true, .no_trust = Abort},
      {.minor = 41, .by_line = true, .has_levels = true, .no_trust = Undefined},
      {.minor = 54, .by_line = true, .has_levels = true, .no_trust = Undefined, .takes_expired_key = true}};
  return all;
}

GitReading read_as(const GitVersion& version, const GitAnswer& answer, std::string_view min_trust) {
  bool good = answer.exit == 0 && is_told_good(version, answer.status);
  Parsed parsed;
  if (good || version.reads_the_silent || !answer.words.empty()) {
    parsed = version.by_line ? parse_by_line(version, answer.status) : parse_by_word(answer.status);
    good = good && is_good_letter(version, parsed.letter) && is_trusted_enough(version, parsed, min_trust);
  }
  return {.letter = std::string(1, letter_shown(version, parsed)),
          .signer = parsed.signer,
          .key = parsed.key,
          .fingerprint = version.by_line ? parsed.fingerprint : "%GF",
          .primary = version.by_line ? parsed.primary : "%GP",
          .trust = trust_text(version, parsed),
          .verify_exit = good ? 0 : 1};
}

void PrintTo(const GitReading& reading, std::ostream* out) {
  *out << "%G?=" << reading.letter << " %GS=" << reading.signer << " %GK=" << reading.key
       << " %GF=" << reading.fingerprint << " %GP=" << reading.primary << " %GT=" << reading.trust
       << " verify-commit=" << reading.verify_exit;
}

}  // namespace signet::test
