#include "json/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/reader.h"
#include "tests/support/expect_refusal.h"

namespace signet::json {
namespace {

using test::expect_refusal;
using testing::ElementsAre;
using testing::IsEmpty;

Value read(std::string_view text) { return parse(text).value(); }

TEST(Fields, ReadEachKindByName) {
  const Value value = read(R"({"t":"x","b":true,"i":7,"it":"8","by":"Zm9v","a":[1],"ts":["p","q"],"v":{"k":1}})");
  Fields fields(value, "thing");
  EXPECT_EQ(fields.text("t"), "x");
  EXPECT_TRUE(fields.boolean("b"));
  EXPECT_EQ(fields.integer("i"), 7);
  EXPECT_EQ(fields.integer_text("it"), 8);
  EXPECT_EQ(fields.bytes("by"), to_bytes("foo"));
  EXPECT_THAT(fields.array("a"), ElementsAre(Value(1)));
  EXPECT_THAT(fields.texts("ts"), ElementsAre("p", "q"));
  EXPECT_EQ(fields.value("v"), Value(Object{{"k", 1}}));
  EXPECT_TRUE(fields.finish());
}

TEST(Fields, ThatAreOptionalMayBeAbsentOrNull) {
  for (const std::string_view text :
       {"{}", R"({"t":null,"b":null,"i":null,"it":null,"by":null,"a":null,"ts":null,"v":null})"}) {
    const Value value = read(text);
    Fields fields(value, "thing");
    EXPECT_FALSE(fields.has("t"));
    EXPECT_FALSE(fields.optional_text("t"));
    EXPECT_FALSE(fields.optional_boolean("b"));
    EXPECT_FALSE(fields.optional_integer("i"));
    EXPECT_FALSE(fields.optional_integer_text("it"));
    EXPECT_FALSE(fields.optional_bytes("by"));
    EXPECT_THAT(fields.optional_array("a"), IsEmpty());
    EXPECT_THAT(fields.optional_texts("ts"), IsEmpty());
    EXPECT_EQ(fields.optional_value("v"), nullptr);
    EXPECT_TRUE(fields.finish());
  }
}

TEST(Fields, ThatAreOptionalButPresentAreChecked) {
  const Value value = read(R"({"t":1})");
  Fields fields(value, "thing");
  EXPECT_EQ(fields.optional_text("t"), "");
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, R"(thing: member "t" is not of kind string)");
}

TEST(Fields, NameWhatIsMissing) {
  const Value value = read(R"({"a":null})");
  Fields fields(value, "bundle.content");
  EXPECT_EQ(fields.text("a"), "");
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, R"(bundle.content: member "a" is missing)");
}

TEST(Fields, RefuseAnotherKind) {
  const Value value = read(R"({"x":1.0})");
  const auto refusal_of = [&value](auto get) {
    Fields fields(value, "thing");
    get(fields);
    return fields.finish();
  };
  expect_refusal(refusal_of([](Fields& f) { (void)f.text("x"); }), ErrorCode::InvalidRequest, "not of kind string");
  expect_refusal(refusal_of([](Fields& f) { (void)f.boolean("x"); }), ErrorCode::InvalidRequest, "not of kind bool");
  expect_refusal(refusal_of([](Fields& f) { (void)f.integer("x"); }), ErrorCode::InvalidRequest, "not of kind integer");
  expect_refusal(refusal_of([](Fields& f) { (void)f.array("x"); }), ErrorCode::InvalidRequest, "not of kind array");
  expect_refusal(refusal_of([](Fields& f) { (void)f.bytes("x"); }), ErrorCode::InvalidRequest, "not of kind string");
  expect_refusal(refusal_of([](Fields& f) { (void)f.integer_text("x"); }), ErrorCode::InvalidRequest,
                 "not a 64-bit integer");
}

TEST(Fields, RefuseAFieldThatNobodyAskedFor) {
  const Value value = read(R"({"known":1,"restriction":true})");
  Fields strict(value, "request");
  EXPECT_EQ(strict.integer("known"), 1);
  expect_refusal(strict.finish(), ErrorCode::InvalidRequest, R"(request: member "restriction" is not known here)");
  Fields tolerant(value, "reply", UnknownFields::Tolerate);
  EXPECT_EQ(tolerant.integer("known"), 1);
  EXPECT_TRUE(tolerant.finish());
}

TEST(Fields, RefuseAnUnknownFieldEvenWhereItIsNull) {
  const Value value = read(R"({"restriction":null})");
  Fields fields(value, "request");
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, "not known here");
}

TEST(Fields, RefuseWhatIsNoObject) {
  const Value value = read("[]");
  Fields fields(value, "thing");
  EXPECT_EQ(fields.text("a"), "");
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, "thing is not a JSON object but array");
}

TEST(Fields, RememberTheFirstErrorAndYieldNothingAfterIt) {
  const Value value = read(R"({"a":1,"b":"x"})");
  Fields fields(value, "thing");
  EXPECT_EQ(fields.text("a"), "");
  EXPECT_TRUE(fields.failed());
  EXPECT_EQ(fields.text("b"), "");
  fields.refuse("b", "is wrong too");
  fields.adopt(Error{.code = ErrorCode::Bug, .what = "later"});
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, R"(member "a" is not of kind string)");
}

TEST(Fields, TakeANestedErrorOverWithItsCode) {
  const Value value = read("{}");
  Fields fields(value, "thing");
  fields.adopt(Error{.code = ErrorCode::LimitExceeded, .what = "too many"});
  expect_refusal(fields.finish(), ErrorCode::LimitExceeded, "too many");
}

TEST(Fields, ShowAHostileNameHarmlessly) {
  const Value value = read("{\"\\u001b[31m\":1}");
  Fields fields(value, "request");
  EXPECT_THAT(fields.finish().error().what, testing::Not(testing::HasSubstr("\x1b")));
}

TEST(Fields, ReadIntegersAsProtoJsonWritesThem) {
  for (const auto& [text, number] : {std::pair<std::string_view, std::int64_t>{R"({"n":"0"})", 0},
                                     {R"({"n":"-5"})", -5},
                                     {R"({"n":5})", 5},
                                     {R"({"n":"9223372036854775807"})", INT64_MAX}}) {
    const Value value = read(text);
    Fields fields(value, "thing");
    EXPECT_EQ(fields.integer_text("n"), number) << text;
    EXPECT_TRUE(fields.finish()) << text;
  }
}

TEST(Fields, RefuseIntegersInOtherForms) {
  for (const std::string_view text :
       {R"({"n":""})", R"({"n":"+5"})", R"({"n":"05"})", R"({"n":"-0"})", R"({"n":" 5"})", R"({"n":"5 "})",
        R"({"n":"5.0"})", R"({"n":"0x5"})", R"({"n":"9223372036854775808"})", R"({"n":true})"}) {
    const Value value = read(text);
    Fields fields(value, "thing");
    EXPECT_EQ(fields.integer_text("n"), 0) << text;
    expect_refusal(fields.finish(), ErrorCode::InvalidRequest, "not a 64-bit integer");
  }
}

TEST(Fields, RefuseBase64ThatIsNotCanonical) {
  for (const std::string_view text : {R"({"b":"Zg"})", R"({"b":"Zh=="})", R"({"b":"Zm9v\n"})", R"({"b":"--__"})"}) {
    const Value value = read(text);
    Fields fields(value, "thing");
    EXPECT_THAT(fields.bytes("b"), IsEmpty());
    expect_refusal(fields.finish(), ErrorCode::InvalidRequest, R"(member "b" is not canonical base64)");
  }
}

TEST(Fields, RefuseAListOfTextsWithSomethingElseInIt) {
  const Value value = read(R"({"l":["a",1]})");
  Fields fields(value, "thing");
  EXPECT_THAT(fields.texts("l"), IsEmpty());
  expect_refusal(fields.finish(), ErrorCode::InvalidRequest, R"(member "l" is not a list of strings)");
}

}  // namespace
}  // namespace signet::json
