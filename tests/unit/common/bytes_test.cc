#include "common/bytes.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

constexpr std::string_view kTextWithNul("a\0\xff", 3);

TEST(Bytes, AreTheTextsOwnWithoutACopy) {
  const ByteView view = bytes_of(kTextWithNul);
  EXPECT_EQ(static_cast<const void*>(view.data()), static_cast<const void*>(kTextWithNul.data()));
  EXPECT_EQ(to_bytes(view), (Bytes{'a', 0, 0xff}));
  EXPECT_EQ(text_of(view), kTextWithNul);
}

TEST(Bytes, AppendBytesAndText) {
  Bytes buffer = to_bytes("a");
  append(buffer, ByteView(Bytes{0, 1}));
  append(buffer, std::string_view("z"));
  append(buffer, std::string_view());
  EXPECT_EQ(buffer, (Bytes{'a', 0, 1, 'z'}));
}

TEST(Bytes, AreEqualWhereEachByteAndTheLengthAre) {
  const Bytes bytes = {1, 2, 3};
  EXPECT_TRUE(equal(bytes, Bytes{1, 2, 3}));
  EXPECT_TRUE(equal({}, {}));
  EXPECT_FALSE(equal(bytes, Bytes{1, 2, 4}));
  EXPECT_FALSE(equal(bytes, Bytes{1, 2}));
  EXPECT_FALSE(equal(bytes, Bytes{1, 2, 3, 0}));
}

}  // namespace
}  // namespace signet
