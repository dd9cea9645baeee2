#include "common/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace signet {

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::getrandom(bytes.data() + done, count - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace signet
