#include "protocol/varlink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::protocol {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(Call, ReadsEveryMember) {
  const auto call = parse_call(R"({"method":"a.b.C","parameters":{"x":1},"oneway":true,"more":true,"upgrade":true})");
  ASSERT_TRUE(call) << call.error().what;
  EXPECT_EQ(call->method, "a.b.C");
  EXPECT_EQ(call->parameters, (json::Value(json::Object{{"x", 1}})));
  EXPECT_TRUE(call->oneway && call->more && call->upgrade);
}

TEST(Call, MayLackParametersOrHaveThemNull) {
  for (const char* text : {R"({"method":"a.b.C"})", R"({"method":"a.b.C","parameters":null})",
                           " { \"method\" : \"a.b.C\" , \"parameters\" : { } , \"more\" : null } "}) {
    const auto call = parse_call(text);
    ASSERT_TRUE(call) << text << call.error().what;
    EXPECT_EQ(call->parameters, json::Value(json::Object{}));
    EXPECT_FALSE(call->more || call->oneway || call->upgrade);
  }
}

struct BadCall {
  std::string text;
  ErrorCode code;
  const char* why;
};

class RefusedCall : public testing::TestWithParam<BadCall> {};

TEST_P(RefusedCall, NamesItsReason) {
  const auto call = parse_call(GetParam().text);
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().code, GetParam().code);
  EXPECT_THAT(call.error().what, HasSubstr(GetParam().why));
}

std::string nested(int depth) {
  return R"({"method":"a.b.C","parameters":{"x":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedCall,
    testing::Values(
        BadCall{"", ErrorCode::InvalidRequest, "not JSON"},
        BadCall{"[]", ErrorCode::InvalidRequest, "call is not a JSON object but array"},
        BadCall{"{}", ErrorCode::InvalidRequest, "\"method\" is missing"},
        BadCall{R"({"method":7})", ErrorCode::InvalidRequest, "\"method\" is not of kind string"},
        BadCall{R"({"method":"Call"})", ErrorCode::InvalidRequest, "is not interface.Method"},
        BadCall{R"({"method":"a.b."})", ErrorCode::InvalidRequest, "is not interface.Method"},
        BadCall{R"({"method":".C"})", ErrorCode::InvalidRequest, "is not interface.Method"},
        BadCall{R"({"method":"a.b.C\n"})", ErrorCode::InvalidRequest, "is not interface.Method"},
        BadCall{"{\"method\":\"a." + std::string(300, 'b') + "\"}", ErrorCode::InvalidRequest,
                "is not interface.Method"},
        BadCall{R"({"method":"a.b.C","parameters":[]})", ErrorCode::InvalidRequest, "parameters is not a JSON object"},
        BadCall{R"({"method":"a.b.C","parameters":"x"})", ErrorCode::InvalidRequest, "parameters is not a JSON object"},
        BadCall{R"({"method":"a.b.C","more":1})", ErrorCode::InvalidRequest, "\"more\" is not of kind bool"},
        BadCall{R"({"method":"a.b.C","morre":true})", ErrorCode::InvalidRequest, "\"morre\" is not known"},
        BadCall{R"({"method":"a.b.C","method":"a.b.D"})", ErrorCode::InvalidRequest, "repeated member"},
        BadCall{R"({"method":"a.b.C","parameters":{"x":1,"x":2}})", ErrorCode::InvalidRequest, "repeated member"},
        BadCall{R"({"method":"a.b.C","parameters":{"x":"\ud800"}})", ErrorCode::InvalidRequest, "not JSON"},
        BadCall{R"({"method":"a.b.C","parameters":{"x":1e400}})", ErrorCode::InvalidRequest, ""},
        BadCall{R"({"method":"a.b.C","parameters":{"x":18446744073709551616}})", ErrorCode::InvalidRequest,
                "number outside the range"},
        BadCall{"{\"method\":\"a.b.C\"}\xff", ErrorCode::InvalidRequest, "not UTF-8"},
        BadCall{R"({"method":"a.b.C"} {})", ErrorCode::InvalidRequest, "after the JSON document"},
        BadCall{nested(10'000), ErrorCode::LimitExceeded, "nested too deeply"},
        BadCall{nested(31), ErrorCode::LimitExceeded, "nested too deeply"}));

TEST(Call, AtTheDepthLimitIsRead) {
  const auto call = parse_call(nested(30));
  EXPECT_TRUE(call) << call.error().what;
}

TEST(Call, IsWrittenWithItsNulAndWithoutWhatIsNotSet) {
  EXPECT_EQ(encode_call({.method = "a.b.C", .parameters = {}}), "{\"method\":\"a.b.C\"}\0"s);
  EXPECT_EQ(encode_call({.method = "a.b.C", .parameters = json::Object{{"x", "\0"s}}, .more = true}),
            "{\"method\":\"a.b.C\",\"parameters\":{\"x\":\"\\u0000\"},\"more\":true}\0"s);
}

TEST(Reply, ToleratesUnknownMembersAndAbsentParameters) {
  const auto reply = parse_reply(R"({"new":1,"continues":true})");
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_TRUE(reply->continues);
  EXPECT_FALSE(reply->error);
  EXPECT_EQ(reply->parameters, json::Value(json::Object{}));
}

TEST(Reply, WithAMalformedErrorNameIsRefused) {
  const auto reply = parse_reply(R"({"error":"oops"})");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().what, HasSubstr("is not interface.Error"));
}

TEST(Reply, CarriesAnErrorThereAndBackUnchanged) {
  const Error sent{.code = ErrorCode::TouchTimeout,
                   .what = "nobody touched \"desk\"",
                   .remedy = "touch it",
                   .context = {"signing", "making a commit"}};
  const std::string text = encode_reply(reply_from_error("org.signet.Agent", sent));
  const auto reply = parse_reply(std::string_view(text).substr(0, text.size() - 1));
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->error, "org.signet.Agent.TouchTimeout");
  EXPECT_EQ(error_from_reply(*reply), sent);
}

TEST(Reply, WithAnUnknownErrorIsTheFaultOfWhoAnswered) {
  for (const char* name :
       {"org.signet.Agent.Whatever", "org.signet.Agent.AgentUnavailable", "org.signet.Agent.RepositoryUnavailable"}) {
    const Error error = error_from_reply({.parameters = json::Object{{"what", "hm"}}, .error = name});
    EXPECT_EQ(error.code, ErrorCode::WorkerFailed);
    EXPECT_THAT(error.what, HasSubstr("unknown error"));
    EXPECT_THAT(error.what, HasSubstr(": hm"));
  }
}

TEST(Reply, TranslatesTheErrorsOfTheServiceInterface) {
  const Error method = error_from_reply(
      {.parameters = json::Object{{"method", "a.b.C"}}, .error = "org.varlink.service.MethodNotFound"});
  EXPECT_EQ(method.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(method.what, "the service does not know the method a.b.C");
  const Error denied = error_from_reply({.parameters = {}, .error = "org.varlink.service.PermissionDenied"});
  EXPECT_EQ(denied.code, ErrorCode::NotAuthorized);
  const Error other = error_from_reply({.parameters = {}, .error = "org.varlink.service.New"});
  EXPECT_EQ(other.code, ErrorCode::WorkerFailed);
}

}  // namespace
}  // namespace signet::protocol
