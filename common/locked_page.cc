#include "common/locked_page.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/file.h"
#include "common/secret.h"

namespace signet {
namespace {

constexpr std::size_t kPageSize = 4096;

}  // namespace

Result<LockedPage> LockedPage::make() {
  void* memory = ::mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail(ErrorCode::Bug, "no memory for a PIN: " + errno_text(errno));
  LockedPage page(static_cast<std::uint8_t*>(memory));
  if (::mlock(memory, kPageSize) != 0 || ::madvise(memory, kPageSize, MADV_DONTDUMP) != 0 ||
      ::madvise(memory, kPageSize, MADV_DONTFORK) != 0) {
    return fail(ErrorCode::Bug, "memory for a PIN cannot be locked: " + errno_text(errno),
                "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)");
  }
  return page;
}

LockedPage::LockedPage(LockedPage&& other) noexcept
    : page_(std::exchange(other.page_, nullptr)), size_(std::exchange(other.size_, 0)) {}

LockedPage& LockedPage::operator=(LockedPage&& other) noexcept {
  std::swap(page_, other.page_);
  std::swap(size_, other.size_);
  return *this;
}

LockedPage::~LockedPage() {
  if (page_ == nullptr) return;
  clear();
  ::munmap(page_, kPageSize);
}

std::span<std::uint8_t> LockedPage::room() { return {page_, kPageSize}; }

void LockedPage::resize(std::size_t size) { size_ = std::min(size, kPageSize); }

bool LockedPage::assign(std::string_view secret) {
  clear();
  if (secret.size() > kPageSize) return false;
  std::memcpy(page_, secret.data(), secret.size());
  size_ = secret.size();
  return true;
}

ByteView LockedPage::bytes() const { return {page_, size_}; }

void LockedPage::clear() noexcept {
  wipe(page_, kPageSize);
  size_ = 0;
}

}  // namespace signet
