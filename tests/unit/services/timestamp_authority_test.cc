#include "sigstore/services/timestamp_authority.h"

#include <tuple>
#include <vector>

#include "sandbox/http_server.h"
#include "sigstore/encoding/der.h"
#include "sigstore/verify/timestamp.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class TimestampAuthority : public test::WithSandbox {
 protected:
  Result<Bytes> ask(Deadline deadline = Deadline::after(20s), WallTime now = SystemClock().now()) {
    return await(request_timestamp(transport_, urls_.tsa, signature_, root_, now, deadline));
  }
  void expect_lie_refused(std::string_view lie, std::string_view part) {
    fault(sandbox::Service::Tsa, "lie:" + std::string(lie), 1);
    test::expect_error(ask(), ErrorCode::TimestampRefused, urls_.tsa, part);
    EXPECT_TRUE(ask().has_value());
  }

  Bytes signature_ = to_bytes("the signature's bytes");
};

TEST_F(TimestampAuthority, YieldsATimestampThatVerifies) {
  const WallTime before = SystemClock().now();
  const auto reply = ask();
  ASSERT_TRUE(reply.has_value()) << reply.error().sentence();
  const auto stamp = verify_timestamp(*reply, signature_, root_);
  ASSERT_TRUE(stamp.has_value()) << stamp.error().sentence();
  EXPECT_LE(before - stamp->time, 1s) << "whole seconds, cut off";
  EXPECT_LE(stamp->time, SystemClock().now());
}

TEST_F(TimestampAuthority, NamesTheAuthorityAndWhatIsWrongWithIt) {
  const std::vector<std::tuple<std::string, ErrorCode, std::string>> kRows = {
      {"refuse", ErrorCode::TimestampUnavailable, "no answer from 127.0.0.1"},
      {"hang", ErrorCode::Deadline, "did not answer in time"},
      {"500", ErrorCode::TimestampUnavailable, "answered with status 500: the sandbox was told to fail"},
      {"garbage", ErrorCode::TimestampRefused, "its reply is no answer to the request"},
      {"stored-but-answer-lost", ErrorCode::TimestampUnavailable, "no answer from 127.0.0.1"},
  };
  for (const auto& [mode, code, part] : kRows) {
    fault(sandbox::Service::Tsa, mode);
    const auto reply = ask(test::patience_for(mode));
    test::expect_error(reply, code, urls_.tsa, part);
    EXPECT_THAT(reply.error().what, HasSubstr("the timestamp authority"));
  }
  fault(sandbox::Service::Tsa, "none");
  EXPECT_TRUE(ask().has_value());
}

TEST_F(TimestampAuthority, RefusesTheAnswerToAnotherRequest) { expect_lie_refused("other-nonce", "nonce"); }

TEST_F(TimestampAuthority, RefusesATimestampOverSomethingElse) {
  expect_lie_refused("other-imprint", "its reply does not verify");
}

TEST_F(TimestampAuthority, RefusesAnAuthorityThatNobodyTrusts) {
  expect_lie_refused("other-key", "its reply does not verify");
}

TEST_F(TimestampAuthority, NamesTheClockWhereTheTimeIsFarFromOurs) {
  fault(sandbox::Service::Tsa, "lie:future");
  const auto reply = ask();
  test::expect_error(reply, ErrorCode::TimestampRefused, urls_.tsa, "more than 5 minutes from this machine's clock");
  EXPECT_THAT(reply.error().remedy, HasSubstr("clock"));
}

TEST_F(TimestampAuthority, ToleratesClocksThatDifferByAFewMinutes) {
  const WallTime now = SystemClock().now();
  EXPECT_TRUE(ask(Deadline::after(20s), now + 4min).has_value());
  EXPECT_TRUE(ask(Deadline::after(20s), now - 4min).has_value());
  test::expect_error(ask(Deadline::after(20s), now + 6min), ErrorCode::TimestampRefused, urls_.tsa, "clock");
  test::expect_error(ask(Deadline::after(20s), now - 6min), ErrorCode::TimestampRefused, urls_.tsa, "clock");
}

TEST_F(TimestampAuthority, IsAskedOnceMoreWhereTheAnswerWasLost) {
  fault(sandbox::Service::Tsa, "stored-but-answer-lost", 1);
  EXPECT_TRUE(ask().has_value());
  EXPECT_EQ(requests(sandbox::Service::Tsa), 2);
  fault(sandbox::Service::Tsa, "stored-but-answer-lost");
  test::expect_error(ask(), ErrorCode::TimestampUnavailable, urls_.tsa, "no answer");
  EXPECT_EQ(requests(sandbox::Service::Tsa), 4) << "and no more than once";
}

TEST_F(TimestampAuthority, SaysWhyARequestWasRejected) {
  using Elements = std::vector<Bytes>;
  const Bytes status = encode_der(der_tag::kInteger, Bytes{2});  // rejection (RFC 3161 §2.4.2)
  const Bytes reason = encode_der(der_tag::kUtf8String, bytes_of("out of \x1b hours"));
  const Bytes info = encode_der(der_tag::kSequence, Elements{status, encode_der(der_tag::kSequence, Elements{reason})});
  const Bytes rejection = encode_der(der_tag::kSequence, Elements{info});
  auto server = sandbox::HttpServer::listen(loop_.get_executor(), 0,
                                            [&](const sandbox::HttpCall&) -> Awaitable<sandbox::HttpReply> {
                                              sandbox::HttpReply reply;
                                              reply.body = text_of(rejection);
                                              co_return reply;
                                            });
  ASSERT_TRUE(server.has_value());
  urls_.tsa = "http://127.0.0.1:" + std::to_string(server->port());
  const auto reply = ask();
  test::expect_error(reply, ErrorCode::TimestampRefused, urls_.tsa, "out of ");
  EXPECT_THAT(reply.error().what, testing::Not(HasSubstr("\x1b")));
}

TEST_F(TimestampAuthority, RefusesAUrlThatIsNotAllowed) {
  urls_.tsa = "http://tsa.test";
  test::expect_error(ask(), ErrorCode::InvalidRequest, urls_.tsa, "not allowed");
}

}  // namespace
}  // namespace signet::sigstore
