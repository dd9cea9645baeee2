// What the decoders refuse, each beside a twin that passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "json/reader.h"
#include "protocol/agent_messages.h"
#include "protocol/limits.h"
#include "protocol/token_messages.h"

namespace signet::protocol {
namespace {

using testing::HasSubstr;

const std::string kHex(64, 'a');

json::Value value_of(const std::string& text) {
  auto value = json::parse(text);
  return value ? std::move(*value) : json::Value();
}

std::string sign_with(const std::string& item, const std::string& output, const std::string& rest = "") {
  return R"({"items":[)" + item + R"(],"output":")" + output + "\"" + rest + "}";
}

std::string digest_item() { return R"({"digest":"sha256:)" + kHex + R"("})"; }

TEST(SignRequest, ReadsEachKindOfContentWithTheOutputsThatFitIt) {
  for (const std::string& good :
       {sign_with(digest_item(), "bundle"), sign_with(digest_item(), "raw"), sign_with(R"({"git":"dHJlZQ=="})", "cms"),
        sign_with(R"({"statement":"e30="})", "bundle"),
        sign_with(digest_item(), "bundle",
                  R"(,"deadline_ms":1,"log":"none","identity":null,"continue_on_error":false)"),
        sign_with(digest_item(), "bundle", R"(,"deadline_ms":300000)")}) {
    const auto request = parse_sign_request(value_of(good));
    EXPECT_TRUE(request) << good << ": " << request.error().what;
  }
}

struct BadRequest {
  std::string text;
  const char* why;
  ErrorCode code = ErrorCode::InvalidRequest;
};

class RefusedSignRequest : public testing::TestWithParam<BadRequest> {};

TEST_P(RefusedSignRequest, NamesItsReason) {
  const auto request = parse_sign_request(value_of(GetParam().text));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, GetParam().code);
  EXPECT_THAT(request.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedSignRequest,
    testing::Values(
        BadRequest{"[]", "Sign is not a JSON object"}, BadRequest{"{}", "\"items\" is missing"},
        BadRequest{sign_with("", "bundle"), "items is empty"},
        BadRequest{sign_with("7", "bundle"), "items[0] is not a JSON object"},
        BadRequest{sign_with("{}", "bundle"), "exactly one of digest, statement and git"},
        BadRequest{sign_with(R"({"digest":"sha256:)" + kHex + R"(","git":"dHJlZQ=="})", "cms"), "exactly one of"},
        BadRequest{sign_with(R"({"digest":7})", "bundle"), "\"digest\" is not of kind string"},
        BadRequest{sign_with(R"({"digest":"sha256:aa"})", "bundle"), ""},
        BadRequest{sign_with(R"({"digest":"sha512:)" + kHex + kHex + R"("})", "bundle"),
                   "is neither a sha256 nor a sha384 digest"},
        BadRequest{sign_with(R"({"git":"not base64"})", "cms"), "\"git\" is not canonical base64"},
        BadRequest{sign_with(R"({"git":"dHJlZQ"})", "cms"), "\"git\" is not canonical base64"},
        BadRequest{sign_with(R"({"git":"dHJlZQ==","tree":1})", "cms"), "\"tree\" is not known"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"max_uses":1)"), "\"max_uses\" is not known"},
        BadRequest{sign_with(digest_item(), "pem"), "\"output\" is none of the values"},
        BadRequest{sign_with(digest_item(), "cms"), "digest cannot be answered as cms"},
        BadRequest{sign_with(R"({"git":"dHJlZQ=="})", "raw"), "git cannot be answered as raw"},
        BadRequest{sign_with(R"({"statement":"e30="})", "cms"), "statement cannot be answered as cms"},
        BadRequest{sign_with(digest_item() + "," + R"({"git":"dHJlZQ=="})", "bundle"),
                   "git cannot be answered as bundle"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"deadline_ms":0)"), "not between 1 and 300000"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"deadline_ms":300001)"), "not between 1 and 300000"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"deadline_ms":1.5)"),
                   "\"deadline_ms\" is not of kind integer"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"log":"maybe")"), "\"log\" is none of the values"},
        BadRequest{sign_with(digest_item(), "bundle", R"(,"identity":7)"), "\"identity\" is not of kind string"},
        BadRequest{
            sign_with(R"({"digest":"sha256:)" + kHex + R"(","name":")" + std::string(4097, 'n') + "\"}", "bundle"),
            "name is longer than 4096 bytes", ErrorCode::LimitExceeded}));

TEST(SignRequest, TakesAThousandItemsAndNamesTheLimitAboveThem) {
  std::string items = digest_item();
  for (int i = 1; i < 1000; ++i) items += "," + digest_item();
  EXPECT_TRUE(parse_sign_request(value_of(sign_with(items, "bundle"))));
  const auto over = parse_sign_request(value_of(sign_with(items + "," + digest_item(), "bundle")));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::LimitExceeded);
  EXPECT_THAT(over.error().what, HasSubstr("1001 items; the limit is 1000"));
}

TEST(SignRequest, TakesAGitObjectAtTheLimitAndNamesTheLimitAboveIt) {
  const auto with_size = [](std::size_t size) {
    return parse_sign_request(value_of(sign_with(R"({"git":")" + encode_base64(Bytes(size, 'x')) + "\"}", "cms")));
  };
  EXPECT_TRUE(with_size(kMaxGitObject));
  const auto over = with_size(kMaxGitObject + 1);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::LimitExceeded);
  EXPECT_THAT(over.error().what, HasSubstr("2621441 bytes; the limit is 2621440"));
}

TEST(LoginRequest, TakesTheTokenOutOfTheMessage) {
  json::Value parameters = value_of(R"({"id_token":"a-token-that-is-longer-than-a-small-string"})");
  const auto request = parse_login_request(parameters);
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->id_token.reveal(), "a-token-that-is-longer-than-a-small-string");
  EXPECT_EQ(*parameters.as_object()->find("id_token")->as_string(), "");
}

TEST(LoginRequest, WithoutATokenIsRefused) {
  for (const char* text : {"{}", R"({"id_token":7})", R"({"id_token":null})", R"({"id_token":""})", "[]"}) {
    json::Value parameters = value_of(text);
    const auto request = parse_login_request(parameters);
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, ErrorCode::InvalidRequest);
  }
}

TEST(GenerateKeyRequest, TakesLowerCaseHexadecimalAlone) {
  EXPECT_TRUE(parse_generate_key_request(value_of(R"({"token":"t","label":"l","id":"0a"})")));
  for (const char* id : {"0A", "a", "xy", "0x0a"}) {
    const auto request =
        parse_generate_key_request(value_of(R"({"token":"t","label":"l","id":")" + std::string(id) + "\"}"));
    ASSERT_FALSE(request) << id;
    EXPECT_THAT(request.error().what, HasSubstr("\"id\" is not lower-case hexadecimal"));
  }
}

TEST(Nothing, IsAllThatSomeMethodsTake) {
  EXPECT_TRUE(parse_nothing(value_of("{}"), "Status"));
  const auto more = parse_nothing(value_of(R"({"verbose":true})"), "Status");
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().what, HasSubstr("Status: member \"verbose\" is not known"));
}

TEST(Replies, TolerateUnknownMembers) {
  EXPECT_TRUE(parse_identities_reply(value_of(R"({"identities":[],"new":1})")));
  EXPECT_TRUE(parse_sign_reply(value_of(R"({"new":{}})")));
  EXPECT_FALSE(parse_identities_reply(value_of(R"({"identities":[{}]})")));
}

std::string token_sign(const std::string& input) {
  return R"({"id":"01","public_key":"MFk=","deadline_ms":1000,)" + input + "}";
}

// Who asks at the last moment has no time left to give.
TEST(TokenRequests, AreReadWhereTheirTimeIsOver) {
  TokenSignRequest sign{.id = "01", .public_key = Bytes(4, 1), .input = TokenMessage{.bytes = Bytes(1, 2)}};
  TokenGenerateRequest generate{.label = "a", .id = "01", .algorithm = "p256"};
  TokenSessionKeyRequest make{.algorithm = "p256"};
  sign.deadline = generate.deadline = make.deadline = std::chrono::milliseconds(0);
  EXPECT_TRUE(parse_token_sign_request(sign.encode()));
  EXPECT_TRUE(parse_token_generate_request(generate.encode()));
  EXPECT_TRUE(parse_token_session_key_request(make.encode()));
}

TEST(TokenSignRequest, TakesADigestWithItsHashOrAMessage) {
  const std::string digest = encode_base64(Bytes(32, 1));
  EXPECT_TRUE(parse_token_sign_request(value_of(token_sign(R"("digest":")" + digest + R"(","hash":"sha256")"))));
  EXPECT_TRUE(parse_token_sign_request(value_of(token_sign(R"("message":"eA==")"))));
  const std::vector<std::pair<std::string, const char*>> refused = {
      {R"("hash":"sha256")", "either digest with hash or message"},
      {R"("message":"eA==","hash":"sha256")", "either digest with hash or message"},
      {R"("digest":")" + digest + "\"", "either digest with hash or message"},
      {R"("digest":")" + digest + R"(","hash":"sha256","message":"eA==")", "either digest with hash or message"},
      {R"("digest":")" + digest + R"(","hash":"sha1")", "\"hash\" is none of sha256"},
      {R"("digest":"AAAA","hash":"sha256")", ""},
      {R"("digest":")" + digest + R"(","hash":"sha384")", ""},
      {R"("message":"eA==","mechanism":"CKM_ECDSA")", "\"mechanism\" is not known"}};
  for (const auto& [input, why] : refused) {
    const auto request = parse_token_sign_request(value_of(token_sign(input)));
    ASSERT_FALSE(request) << input;
    EXPECT_EQ(request.error().code, ErrorCode::InvalidRequest) << input;
    EXPECT_THAT(request.error().what, HasSubstr(why));
  }
}

TEST(TokenInfoReply, KnowsItsPinStates) {
  const auto with_state = [](const std::string& state) {
    return parse_token_info_reply(
        value_of(R"({"module":"m","label":"l","serial":"s","model":"o","manufacturer":"f","pin":")" + state + "\"}"));
  };
  for (const PinState state : {PinState::NotNeeded, PinState::Accepted, PinState::None, PinState::Incorrect,
                               PinState::Locked, PinState::FinalTry}) {
    EXPECT_EQ(with_state(std::string(pin_state_name(state))).value().pin, state);
  }
  const auto unknown = with_state("open");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("\"pin\" is none of the values"));
}

}  // namespace
}  // namespace signet::protocol
