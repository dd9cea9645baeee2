#include "sigstore/tuf/canonical_json.h"

#include <gtest/gtest.h>

#include "json/reader.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore::tuf {
namespace {

std::string canonical(std::string_view json) { return encode_canonical(json::parse(json).value()).value(); }

TEST(CanonicalJson, SortsMembersByTheirBytesAndLeavesBlanksOut) {
  EXPECT_EQ(canonical(R"( { "b" : [ 1 , true ], "a" : { "z" : null, "Z" : false } } )"),
            R"({"a":{"Z":false,"z":null},"b":[1,true]})");
}

// RFC 8785 has the other order: it sorts by UTF-16 code units, where U+1F511 begins with D83D.
TEST(CanonicalJson, SortsByCodePointsAndNotAsRfc8785Does) {
  EXPECT_EQ(canonical("{\"\uff5e\":1,\"\U0001f511\":2}"), "{\"\uff5e\":1,\"\U0001f511\":2}");
}

TEST(CanonicalJson, EscapesQuotesAndBackslashesAlone) {
  EXPECT_EQ(canonical(R"("a\"b\\c\/d\u00e9")"), "\"a\\\"b\\\\c/d\u00e9\"");
  EXPECT_EQ(canonical(R"("-----BEGIN\n\t\u0001\u007f")"), "\"-----BEGIN\n\t\x01\x7f\"");
  EXPECT_EQ(canonical(R"({"k\"e\ny":""})"), "{\"k\\\"e\ny\":\"\"}");
}

TEST(CanonicalJson, WritesIntegersExactly) {
  EXPECT_EQ(canonical("[0,-1,9223372036854775807,-9223372036854775808]"),
            "[0,-1,9223372036854775807,-9223372036854775808]");
}

TEST(CanonicalJson, HasNoOtherNumbers) {
  for (const std::string_view json : {"1.5", "[1.0]", R"({"a":{"b":1e3}})"}) {
    test::expect_refusal(encode_canonical(json::parse(json).value()), ErrorCode::InvalidRequest, "no integer");
  }
}

// Specification 1.0.34, the timestamp of its example, as one line.
TEST(CanonicalJson, IsTheFormInWhichATimestampIsSigned) {
  EXPECT_EQ(canonical(R"({"version": 1, "_type": "timestamp", "spec_version": "1.0",
                          "meta": {"snapshot.json": {"version": 1}}, "expires": "2030-01-01T00:00:00Z"})"),
            R"({"_type":"timestamp","expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":{"version":1}},)"
            R"("spec_version":"1.0","version":1})");
}

}  // namespace
}  // namespace signet::sigstore::tuf
