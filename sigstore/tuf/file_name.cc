#include "sigstore/tuf/file_name.h"

namespace signet::sigstore::tuf {
namespace {

constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

std::string encode(std::string_view text, bool keep_slashes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || (keep_slashes && c == '/')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

}  // namespace

std::string percent_encode(std::string_view text) { return encode(text, false); }

std::string percent_encode_path(std::string_view path) { return encode(path, true); }

std::string hashed_path(std::string_view path, std::string_view hash_hex) {
  const auto slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return encode(path.substr(0, name), true) + std::string(hash_hex) + "." + encode(path.substr(name), true);
}

std::string root_history_name(std::int64_t version) { return "root_history/" + std::to_string(version) + ".root.json"; }

}  // namespace signet::sigstore::tuf
