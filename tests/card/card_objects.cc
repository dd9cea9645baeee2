#include "tests/card/card_objects.h"

#include <array>
#include <optional>
#include <utility>

#include "common/hex.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

constexpr std::uint32_t kDiscovery = 0x7e;
constexpr std::uint32_t kAttestationCertificate = 0x5fff01;
constexpr std::uint32_t kTagList = 0x5c;
constexpr std::uint32_t kContent = 0x53;
constexpr std::size_t kLargest = 3052;

// Fingerprints, printed information, facial image, iris images (SP 800-73-4 part 1, table 2).
constexpr std::array<std::uint32_t, 4> kWithPin = {0x5fc103, 0x5fc108, 0x5fc109, 0x5fc121};

bool wants_pin(std::uint32_t tag) {
  for (const std::uint32_t known : kWithPin) {
    if (tag == known) return true;
  }
  return false;
}

std::optional<std::uint32_t> tag_of(const std::optional<Tlvs>& elements) {
  const auto bytes = elements ? elements->find(kTagList) : std::nullopt;
  if (!bytes || bytes->empty() || bytes->size() > 3) return std::nullopt;
  std::uint32_t tag = 0;
  for (const std::uint8_t byte : *bytes) tag = tag << 8 | byte;
  return tag;
}

bool writable(std::uint32_t tag) {
  return (tag >= 0x5fc101 && tag <= 0x5fc123) || (tag >= 0x5fff00 && tag <= 0x5fff15);
}

}  // namespace

Reply CardObjects::read(ByteView request, bool verified) const {
  const auto tag = tag_of(Tlvs::parse(request));
  if (!tag) return {.status = Status::WrongData};
  // The discovery object stands in its own template: this is PIV, and its PIN is the card's (SP 800-73-4 part 1
  // §3.3.2).
  if (*tag == kDiscovery) return {.data = parse_hex("7e124f0ba0000003080000100001005f2f024000").value()};
  if (wants_pin(*tag) && !verified) return {.status = Status::SecurityNotSatisfied};
  const auto found = objects_.find(*tag);
  if (found == objects_.end()) return {.status = Status::NotFound};
  return {.data = tlv(kContent, found->second)};
}

Status CardObjects::write(ByteView request) {
  const auto elements = Tlvs::parse(request);
  const auto tag = tag_of(elements);
  const auto content = elements ? elements->find(kContent) : std::nullopt;
  if (!tag || !content || !writable(*tag)) return Status::WrongData;
  if (content->size() > kLargest) return Status::NoRoom;
  if (content->empty()) {
    objects_.erase(*tag);
  } else {
    put(*tag, to_bytes(*content));
  }
  return Status::Ok;
}

// Not compressed, no error detection code.
void CardObjects::put_certificate(std::uint32_t tag, ByteView der) {
  Bytes content = tlv(0x70, der);
  append(content, parse_hex("710100fe00").value());
  put(tag, std::move(content));
}

void CardObjects::clear() {
  std::erase_if(objects_, [](const auto& object) { return object.first != kAttestationCertificate; });
}

}  // namespace signet::test
