#include "sigstore/git/cms_attributes.h"

#include <algorithm>
#include <utility>

#include "sigstore/encoding/der_walk.h"

namespace signet::sigstore::cms {
namespace {

constexpr std::size_t kMaxAttributes = 16;

std::unexpected<Error> malformed(std::string_view why) { return fail(ErrorCode::InvalidRequest, std::string(why)); }

// Attribute ::= SEQUENCE { OBJECT IDENTIFIER, SET OF value }, with exactly one value.
Result<Attribute> parse_attribute(ByteView content) {
  DerWalk walk(content);
  const auto oid = walk.expect(der_tag::kObjectIdentifier);
  DerWalk values(walk.expect(der_tag::kSet).content);
  const auto value = values.next();
  for (const DerWalk* each : {&walk, &values}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  return Attribute{.oid = oid.whole, .value = value.whole};
}

}  // namespace

Result<std::vector<Attribute>> parse_attributes(ByteView content, Order order) {
  std::vector<Attribute> attributes;
  ByteView previous;
  DerWalk walk(content);
  while (walk.more()) {
    const auto element = walk.expect(der_tag::kSequence);
    auto attribute = parse_attribute(element.content);
    if (!attribute) return fail(std::move(attribute.error()));
    if (order == Order::Der && !std::ranges::lexicographical_compare(previous, element.whole)) {
      return malformed("its signed attributes are not in the order of DER");
    }
    previous = element.whole;
    if (attributes.size() == kMaxAttributes) return malformed("it has too many attributes");
    const auto same = [&](const Attribute& other) { return equal(other.oid, attribute->oid); };
    if (std::ranges::any_of(attributes, same)) return malformed("an attribute stands there twice");
    attributes.push_back(*attribute);
  }
  if (auto done = walk.finish(); !done) return fail(std::move(done.error()));
  return attributes;
}

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view oid) {
  const Bytes encoded = encode_der_oid(oid);
  const auto found = std::ranges::find_if(attributes, [&](const Attribute& each) { return equal(each.oid, encoded); });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace signet::sigstore::cms
