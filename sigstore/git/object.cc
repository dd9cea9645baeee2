#include "sigstore/git/object.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "common/display.h"
#include "sigstore/git/headers.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kSha1IdLength = 40;
constexpr std::size_t kSha256IdLength = 64;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a git object that can be signed: " + std::string(why));
}

std::unexpected<Error> signed_already() { return malformed("it is signed already"); }

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "<seconds> <+|-><hhmm>", as git writes it and fsck demands it.
bool is_date(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string_view seconds = text.substr(0, blank);
  if (blank == std::string_view::npos || !is_digits(seconds) || (seconds.size() > 1 && seconds[0] == '0')) return false;
  std::int64_t value = 0;
  if (std::from_chars(seconds.data(), seconds.data() + seconds.size(), value).ec != std::errc()) return false;
  const std::string_view zone = text.substr(blank + 1);
  return zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') && is_digits(zone.substr(1));
}

// "A U Thor <a@example.org> 1700000000 +0100" by the rules of git fsck.
bool is_person(std::string_view text) {
  const std::size_t open = text.find_first_of("<>\n");
  if (open == std::string_view::npos || open < 2 || text[open] != '<' || text[open - 1] != ' ') return false;
  const std::size_t close = text.find_first_of("<>\n", open + 1);
  if (close == std::string_view::npos || text[close] != '>') return false;
  return close + 1 < text.size() && text[close + 1] == ' ' && is_date(text.substr(close + 2));
}

bool is_tag_name(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

bool is_object_type(std::string_view text) {
  constexpr std::array<std::string_view, 4> kTypes = {"commit", "tree", "blob", "tag"};
  return std::ranges::find(kTypes, text) != kTypes.end();
}

std::string first_line(std::string_view message) {
  message.remove_prefix(std::min(message.find_first_not_of('\n'), message.size()));
  return std::string(message.substr(0, message.find('\n')));
}

// Takes the headers of an object off in the order in which git writes them.
class HeaderReader {
 public:
  explicit HeaderReader(const std::vector<GitHeader>& headers) : headers_(headers) {}

  // The value of the next header where it has that name.
  std::optional<std::string> take(std::string_view name) {
    if (next_ == headers_.size() || headers_[next_].name != name) return std::nullopt;
    return std::string(headers_[next_++].value);
  }
  // What may follow: each header once, none of those that have their place before, none that is a signature.
  [[nodiscard]] Result<void> take_others(std::initializer_list<std::string_view> fixed) {
    std::set<std::string_view> seen(fixed);
    for (; next_ < headers_.size(); ++next_) {
      const GitHeader& header = headers_[next_];
      if (is_git_signature_header(header.name)) return signed_already();
      if (header.name != "mergetag" && !seen.insert(header.name).second) {
        return malformed("header " + display_text(header.name, 40) + " is repeated or out of order");
      }
    }
    return {};
  }

 private:
  const std::vector<GitHeader>& headers_;
  std::size_t next_ = 0;
};

Result<void> read_commit(const GitHeaderBlock& block, GitObject& object) {
  HeaderReader headers(block.headers);
  object.tree = headers.take("tree").value_or("");
  if (!is_git_object_id(object.tree)) return malformed("a commit begins with its tree's id");
  while (auto parent = headers.take("parent")) {
    if (!is_git_object_id(*parent) || parent->size() != object.tree.size())
      return malformed("a parent is not an object id");
    object.parents.push_back(std::move(*parent));
  }
  object.author = headers.take("author").value_or("");
  if (!is_person(object.author)) return malformed("its author must follow, with name, e-mail address and date");
  object.committer = headers.take("committer").value_or("");
  if (!is_person(object.committer)) return malformed("its committer must follow, with name, e-mail address and date");
  if (auto done = headers.take_others({"tree", "parent", "author", "committer"}); !done) return done;
  object.subject = first_line(block.message);
  return {};
}

// The object as a whole ends in an armored signature: git would take it for one.
bool ends_in_signature(std::string_view object) {
  const std::size_t armor = find_last_armor(object);
  if (armor == std::string_view::npos) return false;
  const std::string_view block = object.substr(armor);
  const std::size_t end = block.rfind("\n-----END ");
  return end != std::string_view::npos && block.find('\n', end + 1) >= block.size() - 1;
}

Result<void> read_tag(std::string_view text, const GitHeaderBlock& block, GitObject& object) {
  object.kind = GitObjectKind::Tag;
  HeaderReader headers(block.headers);
  object.target = headers.take("object").value_or("");
  if (!is_git_object_id(object.target)) return malformed("a tag begins with an object id");
  object.target_type = headers.take("type").value_or("");
  if (!is_object_type(object.target_type)) return malformed("the type of the tagged object must follow");
  object.tag = headers.take("tag").value_or("");
  if (object.tag.empty() || !is_tag_name(object.tag)) return malformed("the tag's name must follow");
  if (auto tagger = headers.take("tagger")) object.committer = std::move(*tagger);
  if (!object.committer.empty() && !is_person(object.committer)) {
    return malformed("its tagger must have name, e-mail address and date");
  }
  if (auto done = headers.take_others({"object", "type", "tag", "tagger"}); !done) return done;
  if (ends_in_signature(text)) return signed_already();
  object.subject = first_line(block.message);
  return {};
}

// "<old id> <new id> <ref>"
bool is_ref_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return false;
  const std::string_view old_id = line.substr(0, first);
  const std::string_view new_id = line.substr(first + 1, second - first - 1);
  const std::string_view ref = line.substr(second + 1);
  return is_git_object_id(old_id) && is_git_object_id(new_id) && old_id.size() == new_id.size() && !ref.empty() &&
         is_tag_name(ref);
}

Result<void> read_push_certificate(const GitHeaderBlock& block, GitObject& object) {
  object.kind = GitObjectKind::PushCertificate;
  HeaderReader headers(block.headers);
  if (headers.take("certificate") != "version 0.1") return malformed("a push certificate of another version");
  object.pusher = headers.take("pusher").value_or("");
  if (object.pusher.empty()) return malformed("the pusher must follow");
  (void)headers.take("pushee");
  (void)headers.take("nonce");
  while (headers.take("push-option")) {
  }
  if (auto done = headers.take_others({"certificate", "pusher", "pushee", "nonce", "push-option"}); !done) return done;
  if (block.message.empty()) return malformed("a push certificate without a ref");
  for (std::string_view rest = block.message; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || !is_ref_line(rest.substr(0, end))) {
      return malformed("a push certificate with a line that is not two ids and a ref");
    }
    rest.remove_prefix(end + 1);
    ++object.refs;
  }
  object.subject = first_line(block.message);
  return {};
}

bool has_continuation_where_none_may_be(const GitHeaderBlock& block) {
  return std::ranges::any_of(block.headers, [](const GitHeader& header) {
    constexpr std::array<std::string_view, 10> kOneLine = {"tree",   "parent", "author", "committer", "encoding",
                                                           "object", "type",   "tag",    "tagger",    "pusher"};
    return std::ranges::find(kOneLine, header.name) != kOneLine.end() && header.value.find('\n') != std::string::npos;
  });
}

// Enough to know a person, a tag or a commit again; a summary with all of them cut is still one line of a prompt.
constexpr std::size_t kShownEmail = 100;
constexpr std::size_t kShownName = 60;
constexpr std::size_t kShownTitle = 80;

// '<a@example.org> "A U Thor"': is_person() has made sure that neither holds an angle bracket.
std::string shown_person(std::string_view person) {
  const std::size_t open = person.find('<');
  const std::string_view email = person.substr(open + 1, person.find('>') - open - 1);
  return "<" + display_text(email, kShownEmail) + "> " + quoted_text(person.substr(0, open - 1), kShownName);
}

std::string shown_tag(const GitObject& object) {
  return "tag " + quoted_text(object.tag, kShownTitle) + " of " + object.target_type + " " + object.target +
         (object.committer.empty() ? "" : " by " + shown_person(object.committer));
}

}  // namespace

bool is_git_object_id(std::string_view text) {
  if (text.size() != kSha1IdLength && text.size() != kSha256IdLength) return false;
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<std::string> GitObject::committer_email() const {
  const std::size_t open = committer.find('<');
  const std::size_t close = committer.find('>');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  return committer.substr(open + 1, close - open - 1);
}

std::string GitObject::summary() const {
  switch (kind) {
    case GitObjectKind::Commit:
      return "commit by " + shown_person(committer) + ": " + quoted_text(subject, kShownTitle);
    case GitObjectKind::Tag:
      return shown_tag(*this) + ": " + quoted_text(subject, kShownTitle);
    case GitObjectKind::PushCertificate:
      break;
  }
  // Two object ids stand before the ref.
  return "push of " + std::to_string(refs) + (refs == 1 ? " ref by " : " refs by ") + quoted_text(pusher, kShownEmail) +
         ", the first: " + quoted_text(subject, 2 * kSha256IdLength + kShownTitle);
}

Result<GitObject> parse_git_object(ByteView bytes, std::size_t max_bytes) {
  if (bytes.size() > max_bytes) {
    return fail(ErrorCode::LimitExceeded, "a git object of more than " + std::to_string(max_bytes) + " bytes");
  }
  const std::string_view text = text_of(bytes);
  const auto block = parse_git_headers(text);
  if (!block) return fail(block.error());
  if (has_continuation_where_none_may_be(*block)) return malformed("a header goes on in a second line");
  GitObject object;
  const std::string_view first = block->headers.empty() ? std::string_view() : block->headers.front().name;
  Result<void> read = malformed("neither a commit, nor a tag, nor a push certificate");
  if (first == "tree") read = read_commit(*block, object);
  if (first == "object") read = read_tag(text, *block, object);
  if (first == "certificate") read = read_push_certificate(*block, object);
  if (!read) return fail(std::move(read.error()));
  object.bytes = to_bytes(bytes);
  return object;
}

}  // namespace signet::sigstore
