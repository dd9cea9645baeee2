// Memory for a library that lets a PIN pass through its buffers: each block lies in pages of its own, locked and wiped.
#pragma once

#include <cstddef>

namespace signet::pinentry {

/// As malloc(3), realloc(3) and free(3). Null where there is no locked memory to be had (RLIMIT_MEMLOCK).
void* locked_malloc(std::size_t size);
void* locked_realloc(void* memory, std::size_t size);
void locked_free(void* memory);

}  // namespace signet::pinentry
