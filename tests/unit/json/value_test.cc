#include "json/value.h"

#include <gtest/gtest.h>

#include <array>

namespace signet::json {
namespace {

TEST(Value, KnowsItsKind) {
  const std::array<std::pair<Value, std::string_view>, 7> rows = {{{Value(), "null"},
                                                                   {Value(true), "bool"},
                                                                   {Value(1), "integer"},
                                                                   {Value(1.5), "number"},
                                                                   {Value("x"), "string"},
                                                                   {Value(Array{}), "array"},
                                                                   {Value(Object{}), "object"}}};
  for (const auto& [value, kind] : rows) {
    EXPECT_EQ(value.kind(), kind);
    EXPECT_EQ(value.is_null(), kind == "null");
    EXPECT_EQ(value.as_bool() != nullptr, kind == "bool");
    EXPECT_EQ(value.as_integer() != nullptr, kind == "integer");
    EXPECT_EQ(value.as_double() != nullptr, kind == "number");
    EXPECT_EQ(value.as_string() != nullptr, kind == "string");
    EXPECT_EQ(value.as_array() != nullptr, kind == "array");
    EXPECT_EQ(value.as_object() != nullptr, kind == "object");
  }
}

TEST(Value, MadeFromALiteralIsAStringAndNotABool) {
  EXPECT_NE(Value("text").as_string(), nullptr);
  EXPECT_NE(Value(false).as_bool(), nullptr);
}

TEST(Value, OfAnotherKindIsAnotherValue) {
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(0), Value(false));
  EXPECT_NE(Value(), Value(""));
  EXPECT_EQ(Value(Array{1, "x"}), Value(Array{1, "x"}));
}

TEST(Object, KeepsTheOrderAndReplacesByName) {
  Object object{{"b", 1}, {"a", 2}, {"b", 3}};
  ASSERT_EQ(object.size(), 2U);
  EXPECT_EQ(object.members()[0], Object::Member("b", 3));
  object.set("a", "new");
  object.set("c", nullptr);
  EXPECT_EQ(*object.find("a"), Value("new"));
  EXPECT_EQ(object.members().back().first, "c");
  EXPECT_EQ(object.find("d"), nullptr);
}

TEST(Object, IsChangedThroughWhatItFinds) {
  Object object{{"list", Array{}}};
  object.find("list")->as_array()->push_back(1);
  EXPECT_EQ(object, (Object{{"list", Array{1}}}));
}

}  // namespace
}  // namespace signet::json
