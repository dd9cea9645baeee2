#include <gtest/gtest.h>

#include <limits>

#include "common/hex.h"
#include "sigstore/git/cms.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

// The vectors were written by the protobuf package of PyPI, 7.36.2, with the field numbers of sigstore_rekor.proto, by
// SerializeToString(deterministic=True).
constexpr std::string_view kRekor1 =
    "08ffd4ee0a"                                                                // log_index 22784639
    "12220a20c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"  // log_id
    "1a150a0c68617368656472656b6f72641205302e302e31"                            // hashedrekord 0.0.1
    "20f9d0fca306"                                                              // integrated_time 1686055033
    "2a0a0a083006020101020102"                                                  // inclusion_promise
    "329d01"                                                                    // inclusion_proof
    "0898c6f008"                                                                //   log_index 18621208
    "1220aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"      //   root_hash
    "1899c6f008"                                                                //   tree_size 18621209
    "22200101010101010101010101010101010101010101010101010101010101010101"      //   hashes
    "22200202020202020202020202020202020202020202020202020202020202020202"
    "2a2b0a2972656b6f722e73696773746f72652e646576202d20323630353733363637303937323739343734360a";  //   checkpoint
constexpr std::string_view kRekor2 =
    "12220a201111111111111111111111111111111111111111111111111111111111111111"
    "1a150a0c68617368656472656b6f72641205302e302e32"
    "323b"
    "12202222222222222222222222222222222222222222222222222222222222222222"
    "1801"
    "2a150a136c6f672e73616e64626f782e746573740a310a";
constexpr std::string_view kLargestIndex =
    "08ffffffffffffffff7f"
    "12220a201111111111111111111111111111111111111111111111111111111111111111"
    "1a0d0a04647373651205302e302e32";

void expect_malformed(std::string_view hex, std::string_view why) {
  expect_refusal(parse_entry_protobuf(unhex(hex)), ErrorCode::InvalidRequest, why);
}

// `hex` with its one `from` replaced.
std::string with(std::string_view hex, std::string_view from, std::string_view to) {
  std::string text(hex);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(EntryProtobuf, OfRekor1IsReadAndWrittenAsAnotherEncoderWritesIt) {
  const auto entry = parse_entry_protobuf(unhex(kRekor1));
  ASSERT_TRUE(entry) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, 22784639);
  EXPECT_EQ(entry->log_id, Bytes(32, 0xc0));
  EXPECT_EQ(entry->kind, "hashedrekord");
  EXPECT_EQ(entry->version, "0.0.1");
  EXPECT_EQ(entry->integrated_time, 1686055033);
  EXPECT_EQ(encode_hex(entry->inclusion_promise), "3006020101020102");
  ASSERT_TRUE(entry->proof);
  EXPECT_EQ(entry->proof->log_index, 18621208);
  EXPECT_EQ(entry->proof->tree_size, 18621209);
  EXPECT_EQ(encode_hex(entry->proof->root.value).substr(0, 4), "aaaa");
  ASSERT_EQ(entry->proof->hashes.size(), 2U);
  EXPECT_EQ(entry->proof->hashes[1][0], 2);
  EXPECT_EQ(entry->proof->checkpoint, "rekor.sigstore.dev - 2605736670972794746\n");
  EXPECT_TRUE(entry->canonicalized_body.empty());
  EXPECT_EQ(encode_hex(encode_entry_protobuf(*entry)), kRekor1);
}

TEST(EntryProtobuf, OfRekor2IsReadAndWrittenAsAnotherEncoderWritesIt) {
  const auto entry = parse_entry_protobuf(unhex(kRekor2));
  ASSERT_TRUE(entry) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, 0);
  EXPECT_EQ(entry->integrated_time, 0);
  EXPECT_TRUE(entry->inclusion_promise.empty());
  EXPECT_EQ(entry->proof.value().log_index, 0);
  EXPECT_EQ(entry->proof.value().tree_size, 1);
  EXPECT_EQ(encode_hex(encode_entry_protobuf(*entry)), kRekor2);
}

TEST(EntryProtobuf, HoldsTheLargestIndexAndMayLackAProof) {
  const auto entry = parse_entry_protobuf(unhex(kLargestIndex));
  ASSERT_TRUE(entry) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(entry->proof);
  EXPECT_EQ(encode_hex(encode_entry_protobuf(*entry)), kLargestIndex);
}

TEST(EntryProtobuf, TakesFieldsInAnyOrder) {
  const auto entry = parse_entry_protobuf(unhex(with(kLargestIndex, "08ffffffffffffffff7f", "") + "0807"));
  ASSERT_TRUE(entry) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, 7);
}

TEST(EntryProtobuf, NeverHoldsTheBody) {
  auto entry = parse_entry_protobuf(unhex(kRekor2)).value();
  entry.canonicalized_body = to_bytes("{}");
  EXPECT_EQ(encode_hex(encode_entry_protobuf(entry)), kRekor2);
  expect_malformed(std::string(kRekor2) + "3a027b7d", "field 7 is not known here");
}

TEST(EntryProtobuf, RefusesAnUnknownFieldOnEachLevel) {
  expect_malformed(std::string(kRekor2) + "4001", "field 8 is not known here");
  expect_malformed(std::string(kRekor2) + "0001", "field 0 is not known here");
  expect_malformed(with(with(kRekor2, "323b", "323d"), "1801", "18013001"), "field 6 is not known here");
  expect_malformed(with(with(kRekor2, "1a15", "1a17"), "302e302e32", "302e302e321801"), "field 3 is not known here");
  expect_malformed(with(with(kRekor2, "323b", "323d"), "2a150a13", "2a1710010a13"), "field 2 is not known here");
}

TEST(EntryProtobuf, RefusesARepeatedField) {
  expect_malformed(std::string(kRekor1) + "0801", "field 1 is repeated");
  expect_malformed(std::string(kRekor1) + "2a0a0a083006020101020102", "field 5 is repeated");
  expect_malformed(with(with(kRekor2, "323b", "323d"), "1801", "18011801"), "field 3 is repeated");
}

TEST(EntryProtobuf, RefusesAFieldOfAnotherType) {
  expect_malformed("0a0101", "field 1 is of another type");
  expect_malformed("1001", "field 2 is of another type");
  expect_malformed("090000000000000000", "a field is cut off");  // fixed64, which nothing here has
  expect_malformed("0d00000000", "a field is cut off");          // fixed32
  expect_malformed("0b0c", "a field is cut off");                // a group
}

TEST(EntryProtobuf, RefusesAFieldThatIsCutOff) {
  const Bytes whole = unhex(kRekor1);
  ASSERT_TRUE(parse_entry_protobuf(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto entry = parse_entry_protobuf(ByteView(whole).first(size));
    // Between two fields of the message itself it is shorter and still whole.
    if (entry) {
      EXPECT_FALSE(entry->proof) << size;
    } else {
      EXPECT_EQ(entry.error().code, ErrorCode::InvalidRequest) << size;
    }
  }
  expect_malformed("08", "cut off");
  expect_malformed("0880", "cut off");
  expect_malformed("1205", "cut off");
  expect_malformed("12ffffffffffffffff7f", "cut off");
}

// A number has one form, or an entry could be written anew without its digest changing where it should.
TEST(EntryProtobuf, RefusesANumberThatIsNotInItsShortestFormOrTooLarge) {
  const std::string rest(with(kLargestIndex, "08ffffffffffffffff7f", ""));
  EXPECT_TRUE(parse_entry_protobuf(unhex("0807" + rest)));
  expect_malformed("088700" + rest, "shortest form");
  expect_malformed("088000" + rest, "shortest form");
  expect_malformed("880007" + rest, "shortest form");            // the key itself
  expect_malformed("08ffffffffffffffffff01" + rest, "cut off");  // -1
  expect_malformed("0880808080808080808001" + rest, "cut off");  // 2^63
}

TEST(EntryProtobuf, RefusesPartsThatAreMissingOrOfAnotherSize) {
  expect_malformed("", "log id is not 32 bytes");
  expect_malformed(with(kLargestIndex, "12220a201111", "12210a1f11"), "log id is not 32 bytes");
  expect_malformed(with(kLargestIndex, "1a0d0a04647373651205302e302e32", ""), "kind or version is missing");
  expect_malformed(with(kLargestIndex, "1a0d0a04647373651205302e302e32", "1a060a0464737365"),
                   "kind or version is missing");
  expect_malformed(with(kLargestIndex, "0a0464737365", "0a04647373ff"), "kind or version is missing");
  expect_malformed(with(with(kRekor2, "323b", "323a"), "122022", "121f"), "its root is not a hash");
  expect_malformed(with(with(kRekor1, "329d01", "329c01"), "22200202", "221f02"), "other than hashes");
  expect_malformed(with(kRekor1, "1899c6f008", "1898c6f008"), "its tree does not hold its index");
  expect_malformed(with(with(kRekor2, "323b", "3239"), "1801", ""), "its tree does not hold its index");
  expect_malformed(with(kRekor2, "0a136c", "0a13ff"), "its checkpoint is not UTF-8");
}

TEST(EntryProtobuf, RefusesAProofOfMoreThan63Hashes) {
  auto entry = parse_entry_protobuf(unhex(kRekor1)).value();
  entry.proof->hashes.resize(63);
  EXPECT_TRUE(parse_entry_protobuf(encode_entry_protobuf(entry)));
  entry.proof->hashes.resize(64);
  expect_refusal(parse_entry_protobuf(encode_entry_protobuf(entry)), ErrorCode::InvalidRequest, "more than 63 hashes");
}

}  // namespace
}  // namespace signet::sigstore
