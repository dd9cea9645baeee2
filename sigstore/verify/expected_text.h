// A text that a verification expects: word for word, or by a regular expression in bounded time (RE2).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::sigstore {

inline constexpr std::size_t kMaxPattern = 4096;

/// Immutable, cheap to copy (shared), safe to use from several threads. A text converts to the one that is expected
/// word for word.
class ExpectedText {
 public:
  ExpectedText(std::string text) : text_(std::move(text)) {}  // NOLINT(google-explicit-constructor): reads as its text
  ExpectedText(std::string_view text) : text_(text) {}        // NOLINT(google-explicit-constructor)
  ExpectedText(const char* text) : text_(text) {}             // NOLINT(google-explicit-constructor)

  /// A regular expression in RE2's syntax, which is Go's and so that of cosign's flags; unlike there the whole text
  /// must match, not a part of it. Case counts; "." is no line end.
  ///
  /// @error InvalidRequest  empty, not RE2's syntax (the message says where), longer than kMaxPattern bytes,
  ///                        or one that needs more than 1 MiB
  [[nodiscard]] static Result<ExpectedText> matching(std::string_view pattern);

  /// Compares byte for byte, or in time that is linear in the length of `text`.
  [[nodiscard]] bool accepts(std::string_view text) const;
  [[nodiscard]] bool is_pattern() const { return pattern_ != nullptr; }
  /// As it was given.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// For messages: the text, or "matching PATTERN".
  [[nodiscard]] std::string description() const { return (is_pattern() ? "matching " : "") + text_; }

 private:
  struct Pattern;
  std::string text_;
  std::shared_ptr<const Pattern> pattern_;
};

}  // namespace signet::sigstore
