#include "sigstore/verify/expected_text.h"

#include <re2/re2.h>

#include <cstdint>
#include <utility>

#include "common/display.h"

namespace signet::sigstore {
namespace {

/// For the program and its cached states together. More is a pattern that nobody wrote by hand.
constexpr std::int64_t kMaxMemory = std::int64_t{1} << 20;

RE2::Options options() {
  RE2::Options chosen;
  chosen.set_log_errors(false);
  chosen.set_max_mem(kMaxMemory);
  chosen.set_never_capture(true);
  return chosen;
}

std::unexpected<Error> refuse(std::string_view pattern, const std::string& why) {
  return fail(ErrorCode::InvalidRequest, "the regular expression \"" + display_text(pattern, 80) + "\" " + why,
              "RE2's syntax: https://github.com/google/re2/wiki/Syntax");
}

}  // namespace

struct ExpectedText::Pattern {
  explicit Pattern(std::string_view text) : expression(re2::StringPiece(text.data(), text.size()), options()) {}
  RE2 expression;
};

Result<ExpectedText> ExpectedText::matching(std::string_view pattern) {
  if (pattern.empty()) return refuse(pattern, "is empty");
  if (pattern.size() > kMaxPattern) return refuse(pattern, "is longer than " + std::to_string(kMaxPattern) + " bytes");
  auto compiled = std::make_shared<const Pattern>(pattern);
  if (!compiled->expression.ok()) return refuse(pattern, "cannot be used: " + compiled->expression.error());
  ExpectedText expected{pattern};
  expected.pattern_ = std::move(compiled);
  return expected;
}

bool ExpectedText::accepts(std::string_view text) const {
  if (!is_pattern()) return text == text_;
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern_->expression);
}

}  // namespace signet::sigstore
