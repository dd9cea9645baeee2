#include "client/lib/gnupg_status.h"

#include <fcntl.h>

#include <charconv>

#include "client/lib/explain.h"
#include "common/display.h"

namespace signet::client {

Result<void> GnupgStatus::line(std::string_view line) const {
  if (fd_ < 0) return {};
  return write_all(fd_, "[GNUPG:] " + std::string(line) + "\n");
}

int gnupg_key_algorithm(std::string_view kind) {
  if (kind.starts_with("rsa")) return 1;
  if (kind == "p256" || kind == "p384" || kind == "p521") return 19;
  return kind == "ed25519" ? 22 : 0;
}

int gnupg_hash_algorithm(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::Sha256:
      return 8;
    case HashAlgorithm::Sha384:
      return 9;
    case HashAlgorithm::Sha512:
      break;
  }
  return 10;
}

std::string escape_user_id(std::string_view uid) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::size_t kLongest = 1000;
  if (uid.empty()) return "?";
  std::string escaped;
  for (const char c : uid) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '%') {
      escaped += '%';
      escaped += kHex[byte >> 4U];
      escaped += kHex[byte & 15U];
    } else {
      escaped += c;
    }
  }
  return display_text(escaped, kLongest);  // git log --format=%GS shows it
}

Result<int> parse_status_fd(std::string_view text) {
  int fd = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), fd);
  const bool number = !text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size() && fd >= 0;
  if (number && ::fcntl(fd, F_GETFD) >= 0) return fd;
  return fail(ErrorCode::InvalidRequest, "--status-fd " + display_text(text, 20) + " is no open descriptor");
}

}  // namespace signet::client
