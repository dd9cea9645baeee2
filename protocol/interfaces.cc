#include "protocol/interfaces.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/display.h"

namespace signet::protocol {
namespace {

constexpr std::size_t kMaxText = std::size_t{256} * 1024;
constexpr int kMaxDepth = 32;

bool is_lower_or_upper(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_lower_or_upper(c) || is_digit(c); }

// [A-Z][A-Za-z0-9]*
bool is_member_name(std::string_view name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' && std::ranges::all_of(name, is_alphanumeric);
}

// [A-Za-z](_?[A-Za-z0-9])*
bool is_field_name(std::string_view name) {
  if (name.empty() || !is_lower_or_upper(name[0]) || name.ends_with('_') || name.find("__") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

// [A-Za-z]([-]*[A-Za-z0-9])*(\.[A-Za-z0-9]([-]*[A-Za-z0-9])*)+
bool is_interface_name(std::string_view name) {
  if (name.empty() || !is_lower_or_upper(name[0]) || name.find('.') == std::string_view::npos) return false;
  char before = '.';
  for (const char c : name) {
    const bool separates = c == '.' || c == '-';
    if (!separates && !is_alphanumeric(c)) return false;
    if (before == '.' && separates) return false;
    if (before == '-' && c == '.') return false;
    before = c;
  }
  return is_alphanumeric(before);
}

// Words, punctuation, and where comments stand.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Passes white space and comments.
  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        ++at_;
        first_on_line_ = true;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '#') {
        if (first_on_line_) comment_line_ = line_;
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }

  bool at_end() {
    skip();
    return at_ == text_.size();
  }

  bool next_is(std::string_view token) {
    skip();
    return text_.substr(at_).starts_with(token);
  }

  // Takes `token` where it stands next.
  bool take(std::string_view token) {
    if (!next_is(token)) return false;
    at_ += token.size();
    first_on_line_ = false;
    return true;
  }

  std::string_view word() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (is_alphanumeric(text_[at_]) || text_[at_] == '_' || text_[at_] == '.' || text_[at_] == '-')) {
      if (text_.substr(at_).starts_with("->")) break;
      ++at_;
    }
    first_on_line_ = first_on_line_ && begin == at_;
    return text_.substr(begin, at_ - begin);
  }

  // Asked before the token is taken.
  bool next_is_first_on_line() {
    skip();
    return first_on_line_;
  }
  bool comment_above() {
    skip();
    return comment_line_ > 0 && comment_line_ == line_ - 1;
  }
  [[nodiscard]] int line() const { return line_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int comment_line_ = 0;
  bool first_on_line_ = true;
};

class InterfaceParser {
 public:
  explicit InterfaceParser(std::string_view text) : scan_(text) {}

  Result<DeclaredInterface> parse() {
    if (scan_.word() != "interface") return refuse("does not begin with \"interface\"");
    const std::string_view name = scan_.word();
    if (!is_interface_name(name)) return refuse("has no valid interface name");
    declared_.name = name;
    while (ok_ && !scan_.at_end()) member();
    if (ok_) check_types();
    if (!ok_) return refuse(why_);
    return std::move(declared_);
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) {
    return fail(ErrorCode::InvalidRequest,
                "interface text, line " + std::to_string(ok_ ? scan_.line() : line_) + ": " + std::string(why));
  }

  void stop(std::string why) {
    if (!ok_) return;
    ok_ = false;
    why_ = std::move(why);
    line_ = scan_.line();
  }

  void expect(std::string_view token) {
    if (ok_ && !scan_.take(token)) stop("\"" + std::string(token) + "\" is missing");
  }

  void member() {
    const bool documented = scan_.comment_above();
    const std::string_view keyword = scan_.word();
    const std::string name(scan_.word());
    if (!is_member_name(name)) return stop("\"" + display_text(name, 40) + "\" is no name of a member");
    if (std::ranges::find(names_, name) != names_.end()) return stop(name + " is declared twice");
    names_.push_back(name);
    member_ = name;
    if (!documented) declared_.undocumented.push_back(name);
    if (keyword == "method") {
      DeclaredMethod method{.name = name, .in = list(false, 0), .out = {}, .documented = documented};
      expect("->");
      method.out = list(false, 0);
      declared_.methods.push_back(std::move(method));
    } else if (keyword == "error") {
      (void)list(false, 0);
      declared_.errors.push_back(name);
    } else if (keyword == "type") {
      (void)list(true, 0);
      declared_.types.push_back(name);
    } else {
      stop("\"" + display_text(keyword, 40) + "\" is none of method, type and error");
    }
  }

  // "(a: type, b: type)" or, where it may be one, "(a, b)". Yields the names.
  std::vector<std::string> list(bool may_be_enum, int depth) {
    std::vector<std::string> names;
    if (depth > kMaxDepth) stop("nested too deeply");
    expect("(");
    if (!ok_ || scan_.take(")")) return names;
    bool is_enum = false;
    do {
      const bool lacks_comment = scan_.next_is_first_on_line() && !scan_.comment_above();
      std::string name(scan_.word());
      if (!is_field_name(name)) stop("\"" + display_text(name, 40) + "\" is no name of a field");
      if (std::ranges::find(names, name) != names.end()) stop("the field " + name + " is there twice");
      const bool has_type = ok_ && scan_.take(":");
      if (names.empty()) is_enum = may_be_enum && !has_type;
      if (has_type == is_enum) stop("the field " + name + (is_enum ? " of an enum has a type" : " has no type"));
      if (has_type) declared_.fields.insert(name);
      if (has_type) type(depth + 1);
      if (lacks_comment) declared_.undocumented.push_back(member_ + "." + name);
      names.push_back(std::move(name));
    } while (ok_ && scan_.take(","));
    expect(")");
    return names;
  }

  void type(int depth) {
    if (depth > kMaxDepth) return stop("nested too deeply");
    if (scan_.take("?")) {
      if (scan_.take("?")) return stop("\"??\" is no type");
      return type(depth + 1);
    }
    if (scan_.take("[]")) return type(depth + 1);
    if (scan_.take("[string]")) return type(depth + 1);
    if (scan_.next_is("(")) {
      (void)list(true, depth + 1);
      return;
    }
    const std::string_view name = scan_.word();
    constexpr std::array<std::string_view, 5> kBuiltIn = {"bool", "int", "float", "string", "object"};
    if (std::ranges::find(kBuiltIn, name) != kBuiltIn.end()) return;
    if (!is_member_name(name)) return stop("\"" + display_text(name, 40) + "\" is no type");
    used_.emplace_back(name, scan_.line());
  }

  void check_types() {
    for (const auto& [name, line] : used_) {
      if (std::ranges::find(declared_.types, name) != declared_.types.end()) continue;
      stop("the type " + name + " is not declared");
      line_ = line;
    }
  }

  Scanner scan_;
  DeclaredInterface declared_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, int>> used_;
  std::string member_;
  bool ok_ = true;
  std::string why_;
  int line_ = 0;
};

}  // namespace

Result<DeclaredInterface> parse_interface(std::string_view text) {
  if (text.size() > kMaxText) return fail(ErrorCode::LimitExceeded, "the interface text is longer than 256 KiB");
  return InterfaceParser(text).parse();
}

}  // namespace signet::protocol
