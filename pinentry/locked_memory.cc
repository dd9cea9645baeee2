#include "pinentry/locked_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "common/secret.h"

namespace signet::pinentry {
namespace {

// What stands before each block: as large as the strictest alignment.
struct alignas(std::max_align_t) Head {
  std::size_t size = 0;  // of the block, without the head
};

Head* head_of(void* memory) { return static_cast<Head*>(memory) - 1; }

}  // namespace

void* locked_malloc(std::size_t size) {
  const std::size_t whole = sizeof(Head) + size;
  void* const area = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) return nullptr;
  if (::mlock(area, whole) != 0 || ::madvise(area, whole, MADV_DONTDUMP) != 0) {
    ::munmap(area, whole);
    return nullptr;
  }
  auto* const head = new (area) Head{.size = size};
  return head + 1;
}

void* locked_realloc(void* memory, std::size_t size) {
  void* const next = locked_malloc(size);
  if (next == nullptr || memory == nullptr) return next;
  std::memcpy(next, memory, std::min(size, head_of(memory)->size));
  locked_free(memory);
  return next;
}

void locked_free(void* memory) {
  if (memory == nullptr) return;
  Head* const head = head_of(memory);
  const std::size_t size = head->size;
  wipe(memory, size);
  ::munmap(head, sizeof(Head) + size);
}

}  // namespace signet::pinentry
