// One page of memory for a PIN: never swapped, never dumped, never inherited, wiped when it goes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet {

class LockedPage {
 public:
  /// @error Bug  the kernel gave no page or would not lock it (RLIMIT_MEMLOCK); a PIN has no other place
  [[nodiscard]] static Result<LockedPage> make();

  LockedPage(LockedPage&& other) noexcept;
  LockedPage& operator=(LockedPage&& other) noexcept;
  LockedPage(const LockedPage&) = delete;
  LockedPage& operator=(const LockedPage&) = delete;
  ~LockedPage();

  /// The whole page, for a system call to write into. What it wrote is kept by resize().
  [[nodiscard]] std::span<std::uint8_t> room();
  /// Declares how many bytes of room() count; not more than the page has.
  void resize(std::size_t size);
  /// Replaces the content; false where it does not fit.
  [[nodiscard]] bool assign(std::string_view secret);
  [[nodiscard]] ByteView bytes() const;
  /// Overwrites the whole page.
  void clear() noexcept;

 private:
  explicit LockedPage(std::uint8_t* page) : page_(page) {}

  std::uint8_t* page_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace signet
