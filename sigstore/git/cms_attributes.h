// The attributes of a CMS signer (RFC 5652 §5.3): of git signatures and of timestamps.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore::cms {

/// One attribute with its one value. A view: the bytes must outlive it.
struct Attribute {
  ByteView oid;    ///< whole
  ByteView value;  ///< whole
};

/// Signed attributes stand in the order of DER, or their digest would not be that of what was signed (RFC 5652 §5.4).
enum class Order : std::uint8_t { Der, Any };

/// Reads the content of a SET OF Attribute.
///
/// @error InvalidRequest  malformed, not in that order, more than 16, a repeated one, or one without exactly one value
[[nodiscard]] Result<std::vector<Attribute>> parse_attributes(ByteView content, Order order);

/// By dotted OID; nullptr where it is not there.
[[nodiscard]] const Attribute* find(const std::vector<Attribute>& attributes, std::string_view oid);

}  // namespace signet::sigstore::cms
