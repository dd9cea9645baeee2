#include "protocol/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

TEST(ShippedInterface, ParsesAndHasACommentOnEveryMemberAndField) {
  for (const std::string_view text : {kAgentInterface, kTokenInterface, kServiceInterface}) {
    const auto declared = parse_interface(text);
    ASSERT_TRUE(declared) << declared.error().what;
    EXPECT_THAT(declared->undocumented, IsEmpty()) << declared->name;
  }
}

TEST(ShippedInterface, DeclaresTheMethodsOfTheAgent) {
  const auto declared = parse_interface(kAgentInterface);
  ASSERT_TRUE(declared) << declared.error().what;
  EXPECT_EQ(declared->name, kAgentName);
  std::vector<std::string> methods;
  for (const DeclaredMethod& method : declared->methods) methods.push_back(method.name);
  EXPECT_THAT(methods, ElementsAre("Sign", "Identities", "Keys", "GenerateKey", "Login", "Logout", "EnterPin", "Lock",
                                   "ReleaseToken", "ReacquireToken", "Status"));
  EXPECT_THAT(declared->methods.at(0).in,
              ElementsAre("identity", "items", "output", "deadline_ms", "continue_on_error", "log"));
  EXPECT_THAT(declared->methods.at(0).out, ElementsAre("progress", "result"));
  EXPECT_THAT(declared->types, IsSupersetOf({"Content", "Progress", "ItemResult"}));
}

TEST(Interface, AcceptsWhatTheGrammarAllows) {
  const auto declared = parse_interface(
      "# The interface.\ninterface org.example-1.a2\n"
      "# Everything.\ntype All (a: ?[]string, b: [string](), c: (x, y), d: (e: (f: object)), g: All) # behind\n"
      "# Nothing.\ntype None ()\n"
      "# Calls.\nmethod Call(a: All)->(none: None)\n"
      "# Fails.\nerror Failed ()\n");
  ASSERT_TRUE(declared) << declared.error().what;
  EXPECT_EQ(declared->name, "org.example-1.a2");
  EXPECT_THAT(declared->types, ElementsAre("All", "None"));
  EXPECT_THAT(declared->errors, ElementsAre("Failed"));
  EXPECT_THAT(declared->undocumented, IsEmpty());
}

TEST(Interface, NamesWhatHasNoCommentDirectlyAbove) {
  const auto declared = parse_interface(
      "interface a.b\n# far away\n\ntype T (\n  # near\n  a: int,\n  b: int, c: int\n)\nmethod M() -> () # behind\n");
  ASSERT_TRUE(declared) << declared.error().what;
  EXPECT_THAT(declared->undocumented, ElementsAre("T", "T.b", "M"));
}

struct Malformed {
  const char* text;
  const char* why;
};

class MalformedInterface : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedInterface, IsRefusedWithItsReason) {
  const auto declared = parse_interface(GetParam().text);
  ASSERT_FALSE(declared);
  EXPECT_EQ(declared.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(declared.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, MalformedInterface,
    testing::Values(Malformed{"", "line 1: does not begin with"}, Malformed{"interface org", "no valid interface name"},
                    Malformed{"interface a..b", "no valid interface name"},
                    Malformed{"interface a.b-", "no valid interface name"},
                    Malformed{"interface a.b\nmethod call() -> ()", "line 2: \"call\" is no name of a member"},
                    Malformed{"interface a.b\nmethod Call() ()", "\"->\" is missing"},
                    Malformed{"interface a.b\nmethod Call(a) -> ()", "the field a has no type"},
                    Malformed{"interface a.b\nmethod Call(a: int -> ()", "\")\" is missing"},
                    Malformed{"interface a.b\ntype T (a: int, b)", "the field b has no type"},
                    Malformed{"interface a.b\ntype T (a, b: int)", "the field b of an enum has a type"},
                    Malformed{"interface a.b\ntype T (a: int, a: int)", "the field a is there twice"},
                    Malformed{"interface a.b\ntype T (a__b: int)", "\"a__b\" is no name of a field"},
                    Malformed{"interface a.b\ntype T (a_: int)", "\"a_\" is no name of a field"},
                    Malformed{"interface a.b\ntype T (a: ??int)", "\"??\" is no type"},
                    Malformed{"interface a.b\ntype T (a: number)", "\"number\" is no type"},
                    Malformed{"interface a.b\ntype T (a: Other)", "line 2: the type Other is not declared"},
                    Malformed{"interface a.b\ntype T ()\nerror T ()", "line 3: T is declared twice"},
                    Malformed{"interface a.b\nevent T ()", "\"event\" is none of method, type and error"}));

TEST(Interface, RefusesTenThousandLevelsWithoutAStackOfThem) {
  std::string text = "interface a.b\ntype T (a: ";
  for (int i = 0; i < 10'000; ++i) text += "[]";
  const auto declared = parse_interface(text + "int)");
  ASSERT_FALSE(declared);
  EXPECT_THAT(declared.error().what, HasSubstr("nested too deeply"));
}

TEST(Interface, RefusesATextOverItsLimit) {
  const auto declared = parse_interface(std::string(256 * 1024 + 1, ' '));
  ASSERT_FALSE(declared);
  EXPECT_EQ(declared.error().code, ErrorCode::LimitExceeded);
}

}  // namespace
}  // namespace signet::protocol
