// Text that must not be seen: wiped when it goes, never printed, never copied by accident.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace signet {

/// Overwrites memory in a way that the compiler may not drop.
void wipe(void* memory, std::size_t size) noexcept;
void wipe(std::string& text) noexcept;
/// Overwrites the 64 KiB of this thread's stack below the caller: what functions that have returned left there of a
/// short secret, in their frames and in saved registers.
void wipe_dead_stack() noexcept;

/// A secret text: an ID token, a PIN on its way.
///
/// Movable, not copyable, no operator<<, no implicit conversion. reveal() is the one way to the text, so that a search
/// for it lists every use. A string that is moved in must own its memory from the start (no copies were left behind by
/// growth).
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string&& text) noexcept : text_(std::move(text)) { wipe(text); }
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  /// The text itself, for as long as this object lives.
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// A second copy, made on purpose.
  [[nodiscard]] Secret duplicate() const { return Secret(std::string(text_)); }

 private:
  std::string text_;
};

}  // namespace signet
