// A mutator for JSON that holds bytes as base64 (bundles, trusted roots): half of the time it changes what is encoded
// in one of the strings. Without it nearly every change makes a string that is no base64, or of another length, and
// what lies behind is hardly ever reached.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/base64.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kRoom = 64;  // by how much an encoded part may grow

// The strings of `text` that are base64, as they stand between their quotes.
std::vector<std::string_view> encoded_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = text.find('"'); begin != std::string_view::npos; begin = text.find('"', begin)) {
    const std::size_t end = text.find('"', ++begin);
    if (end == std::string_view::npos) break;
    const std::string_view part = text.substr(begin, end - begin);
    if (part.size() >= kShortest && signet::parse_base64(part)) parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  std::minstd_rand random(seed);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parts = encoded_parts(text);
  if (parts.empty() || random() % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string_view part = parts[random() % parts.size()];
  signet::Bytes bytes = signet::parse_base64(part).value();
  const std::size_t length = bytes.size();
  bytes.resize(length + kRoom);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), length, bytes.size()));
  std::string changed = text;
  changed.replace(static_cast<std::size_t>(part.data() - text.data()), part.size(), signet::encode_base64(bytes));
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::ranges::copy(changed, data);
  return changed.size();
}
