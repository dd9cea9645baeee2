#include "common/secret.h"

#include <array>
#include <cstring>

namespace signet {

void wipe(void* memory, std::size_t size) noexcept {
  if (size != 0) explicit_bzero(memory, size);
}

void wipe(std::string& text) noexcept {
  // The capacity, not only the size: a text that became shorter leaves its end behind.
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

[[gnu::noinline]] void wipe_dead_stack() noexcept {
  std::array<unsigned char, std::size_t{64} * 1024> dead;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  wipe(dead.data(), dead.size());
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

}  // namespace signet
