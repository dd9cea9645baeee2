#include "ssh/agent_messages.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "ssh/frames.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"

namespace signet::ssh {
namespace {

using test::expect_refusal;

Bytes unhex(std::string_view text) { return parse_hex(text).value(); }

template <typename T>
T request_of(ByteView message) {
  auto request = parse_agent_request(message);
  EXPECT_TRUE(request) << request.error().sentence();
  return std::get<T>(std::move(*request));
}

TEST(SshAgentRequest, ReadsWhatOpenSshSends) {
  EXPECT_TRUE(std::holds_alternative<IdentitiesRequest>(parse_agent_request(unhex("0b")).value()));
  const auto sign =
      request_of<SignRequest>(unhex("0d"
                                    "00000002aabb"
                                    "00000003010203"
                                    "00000004"));
  EXPECT_EQ(sign.key_blob, unhex("aabb"));
  EXPECT_EQ(sign.data, unhex("010203"));
  EXPECT_EQ(sign.flags, 4U);
  const auto extension =
      request_of<ExtensionRequest>(unhex("1b"
                                         "000000057175657279"
                                         "0102"));
  EXPECT_EQ(extension.name, kQuery);
  EXPECT_EQ(extension.contents, unhex("0102"));
  EXPECT_EQ(request_of<LockRequest>(unhex("16"
                                          "000000027077"))
                .password.reveal(),
            "pw");
  EXPECT_EQ(request_of<UnlockRequest>(unhex("17"
                                            "000000027077"))
                .password.reveal(),
            "pw");
}

TEST(SshAgentRequest, ReadsAnExtensionWithoutContents) {
  EXPECT_TRUE(request_of<ExtensionRequest>(unhex("1b"
                                                 "000000057175657279"))
                  .contents.empty());
}

TEST(SshAgentRequest, LeavesWhatItDoesNotKnowUnread) {
  for (const std::uint8_t type : Bytes{0, 1, 9, 17, 18, 19, 20, 21, 25, 26, 99, 240, 255}) {
    EXPECT_EQ(request_of<OtherRequest>(Bytes{type, 0xff, 0xff}).type, type);
  }
}

TEST(SshAgentRequest, RefusesMalformedOnes) {
  const auto refused = [](std::string_view hex, std::string_view why) {
    SCOPED_TRACE(hex);
    expect_refusal(parse_agent_request(unhex(hex)), ErrorCode::InvalidRequest,
                   "not a request of the SSH agent protocol: " + std::string(why));
  };
  refused("", "it is cut off");
  refused("0b00", "bytes are left over behind it");
  refused(
      "0d"
      "00000002aabb"
      "00000003010203"
      "000000",
      "it is cut off");
  refused(
      "0d"
      "00000002aabb"
      "00000003010203"
      "0000000000",
      "bytes are left over behind it");
  refused(
      "0d"
      "ffffffffaabb",
      "it is cut off");
  refused("1b", "it is cut off");
  refused(
      "1b"
      "00000000",
      "an extension without a name");
  refused(
      "16"
      "00000002707700",
      "bytes are left over behind it");
}

TEST(SshAgentRequest, IsReadAsItIsWritten) {
  EXPECT_TRUE(std::holds_alternative<IdentitiesRequest>(
      parse_agent_request(encode_agent_request(IdentitiesRequest{})).value()));
  const auto sign = request_of<SignRequest>(
      encode_agent_request(SignRequest{.key_blob = Bytes{1}, .data = Bytes{2, 3}, .flags = 0x01020304}));
  EXPECT_EQ(sign.key_blob, Bytes{1});
  EXPECT_EQ(sign.data, (Bytes{2, 3}));
  EXPECT_EQ(sign.flags, 0x01020304U);
  const auto extension =
      request_of<ExtensionRequest>(encode_agent_request(ExtensionRequest{.name = "x", .contents = Bytes{9}}));
  EXPECT_EQ(extension.name, "x");
  EXPECT_EQ(extension.contents, Bytes{9});
}

TEST(SshAgentAnswer, IsWrittenAsTheStandardSays) {
  EXPECT_EQ(encode_hex(encode_identities_answer({{.key_blob = {0xaa}, .comment = "me"}}).value()),
            "0c"
            "00000001"
            "00000001aa"
            "000000026d65");
  EXPECT_EQ(encode_hex(encode_sign_response(Bytes{0xbb})),
            "0e"
            "00000001bb");
  EXPECT_EQ(encode_hex(encode_query_response({"a", "bc"})),
            "1d"
            "000000057175657279"
            "0000000161"
            "000000026263");
  EXPECT_EQ(encode_hex(encode_plain_answer(AgentMessage::Failure)), "05");
  EXPECT_EQ(encode_hex(encode_plain_answer(AgentMessage::ExtensionFailure)), "1c");
}

TEST(SshAgentAnswer, HoldsAtMostAsManyKeysAsOpenSshTakes) {
  const std::vector<AgentIdentity> most(kMaxIdentities, {.key_blob = {1}, .comment = ""});
  const auto answer = encode_identities_answer(most);
  ASSERT_TRUE(answer);
  EXPECT_EQ(parse_identities_answer(*answer).value(), most);
  const std::string_view why = "more keys than a list of the SSH agent protocol may hold";
  expect_refusal(encode_identities_answer(std::vector<AgentIdentity>(kMaxIdentities + 1)), ErrorCode::LimitExceeded,
                 why);
  expect_refusal(encode_identities_answer({{.key_blob = Bytes(kMaxAgentMessage), .comment = ""}}),
                 ErrorCode::LimitExceeded, why);
}

TEST(SshAgentAnswer, OfAnotherAgentIsReadStrictly) {
  const auto refused = [](std::string_view hex, std::string_view why) {
    SCOPED_TRACE(hex);
    expect_refusal(parse_identities_answer(unhex(hex)), ErrorCode::InvalidRequest,
                   "not an answer of the SSH agent protocol: " + std::string(why));
  };
  EXPECT_TRUE(parse_identities_answer(unhex("0c"
                                            "00000000"))
                  .value()
                  .empty());
  refused("", "it is cut off");
  refused(
      "0c"
      "00000001",
      "it has fewer keys than it says");
  refused(
      "0c"
      "00000001"
      "00000001aa",
      "it is cut off");
  refused(
      "0c"
      "00000000"
      "00",
      "bytes are left over behind it");
  refused(
      "0c"
      "00000801",
      "it has too many keys");
  refused(
      "0e"
      "00000001aa",
      "it is of another type than was asked for");
  EXPECT_EQ(parse_sign_response(unhex("0e"
                                      "00000001aa"))
                .value(),
            Bytes{0xaa});
  expect_refusal(parse_sign_response(unhex("0c"
                                           "00000000")),
                 ErrorCode::InvalidRequest, "of another type");
  expect_refusal(parse_sign_response(unhex("0e"
                                           "00000001aabb")),
                 ErrorCode::InvalidRequest, "left over");
}

TEST(SshAgentAnswer, OfAnotherAgentMayBeAFailureOfFourKinds) {
  for (const std::uint8_t type : Bytes{5, 28, 30, 102}) {
    expect_refusal(parse_sign_response(Bytes{type}), ErrorCode::NotAuthorized, "the other SSH agent refused");
    expect_refusal(parse_identities_answer(Bytes{type}), ErrorCode::NotAuthorized, "the other SSH agent refused");
  }
}

}  // namespace
}  // namespace signet::ssh
