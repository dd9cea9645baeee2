#include "sigstore/verify/sct_list.h"

#include <optional>
#include <utility>

namespace signet::sigstore {
namespace {

constexpr std::uint64_t kVersion1 = 0;
constexpr std::size_t kLogIdSize = 32;

std::unexpected<Error> refuse(std::string what) { return fail(ErrorCode::InvalidRequest, std::move(what)); }

// Reads big-endian numbers and vectors; past the end everything is empty, and the reader remembers.
class TlsReader {
 public:
  explicit TlsReader(ByteView bytes) : rest_(bytes) {}

  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = (value << 8U) | byte;
    return value;
  }
  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      fits_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  ByteView vector(std::size_t length_size) { return take(number(length_size)); }
  [[nodiscard]] bool has_more() const { return !rest_.empty(); }
  /// Everything was there, and nothing more.
  [[nodiscard]] bool ends_well() const { return fits_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool fits_ = true;
};

// Nothing where it is of a version that we do not know.
Result<std::optional<Sct>> parse_sct(ByteView bytes) {
  TlsReader reader(bytes);
  if (reader.number(1) != kVersion1) return std::nullopt;
  Sct sct;
  sct.log_id = reader.take(kLogIdSize);
  sct.milliseconds = reader.number(8);
  sct.extensions = reader.vector(2);
  sct.hash_algorithm = static_cast<std::uint8_t>(reader.number(1));
  sct.signature_algorithm = static_cast<std::uint8_t>(reader.number(1));
  sct.signature = reader.vector(2);
  if (!reader.ends_well()) return refuse("an SCT has a length that does not fit");
  return sct;
}

}  // namespace

Result<std::vector<Sct>> parse_sct_list(ByteView list) {
  TlsReader outer(list);
  TlsReader reader(outer.vector(2));
  if (!outer.ends_well()) return refuse("the SCT list has a length that does not fit");
  std::vector<Sct> scts;
  while (reader.has_more()) {
    auto sct = parse_sct(reader.vector(2));
    if (!sct) return fail(std::move(sct.error()));
    if (*sct) scts.push_back(**sct);
  }
  if (!reader.ends_well()) return refuse("the SCT list has a length that does not fit");
  if (scts.empty()) return refuse("the SCT list has no SCT of version 1");
  return scts;
}

}  // namespace signet::sigstore
