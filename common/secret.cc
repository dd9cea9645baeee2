#include "common/secret.h"

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

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

}  // namespace signet
