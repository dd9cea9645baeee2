#include "sandbox/service_api.h"

#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;

/// Faults that no service does by itself, seen at each of them.
class ServiceFaults : public AskedSandbox {
 protected:
  struct Asked {
    Service service;
    std::string url;
  };
  [[nodiscard]] std::vector<Asked> services() const {
    return {{Service::Ca, urls_.ca + "/healthz"},
            {Service::Log, urls_.log + "/healthz"},
            {Service::Tsa, urls_.tsa + "/certchain"},
            {Service::Oidc, urls_.issuer + "/jwks"}};
  }
};

TEST_F(ServiceFaults, ServerErrorIsA500) {
  for (const auto& [service, url] : services()) {
    EXPECT_EQ(get(url).status, 200) << url;
    fault(service, "500", 1);
    const auto response = get(url);
    EXPECT_EQ(response.status, 500) << url;
    EXPECT_EQ(text_of(response.body), R"({"code":13,"message":"the sandbox was told to fail","details":[]})");
    EXPECT_EQ(get(url).status, 200) << url;
  }
}

TEST_F(ServiceFaults, BusyIsA429ThatSaysWhenToComeBack) {
  for (const auto& [service, url] : services()) {
    fault(service, "429", 1);
    const auto response = get(url);
    EXPECT_EQ(response.status, 429) << url;
    EXPECT_EQ(response.header("retry-after"), "7");
    EXPECT_EQ(get(url).status, 200) << url;
  }
}

TEST_F(ServiceFaults, GarbageIsASuccessThatMeansNothing) {
  for (const auto& [service, url] : services()) {
    fault(service, "garbage", 1);
    const auto response = get(url);
    EXPECT_EQ(response.status, 201) << url;
    EXPECT_EQ(text_of(response.body), std::string_view("\x30\x82{\"\0garbage", 12));
    EXPECT_EQ(get(url).status, 200) << url;
  }
}

TEST_F(ServiceFaults, RefuseClosesTheConnection) {
  for (const auto& [service, url] : services()) {
    fault(service, "refuse");
    EXPECT_THAT(trouble(url, "", Deadline::after(std::chrono::seconds(20))), HasSubstr("no answer")) << url;
    fault(service, "none");
    EXPECT_EQ(get(url).status, 200) << url;
  }
}

TEST_F(ServiceFaults, HangTakesTheRequestAndNeverAnswers) {
  for (const auto& [service, url] : services()) {
    const auto before = requests(service);
    fault(service, "hang", 1);
    EXPECT_THAT(trouble(url, "", test::patience_for("hang")), HasSubstr("in time")) << url;
    EXPECT_EQ(requests(service), before + 1) << url;
    EXPECT_EQ(get(url).status, 200) << "others are served meanwhile and afterwards";
  }
}

TEST_F(ServiceFaults, EveryRequestIsCountedWhateverBecomesOfIt) {
  for (const auto& [service, url] : services()) {
    const auto before = requests(service);
    fault(service, "500", 1);
    (void)get(url);
    (void)get(url);
    (void)get(url + "/nothing");
    EXPECT_EQ(requests(service), before + 3) << url;
  }
}

TEST(Bearer, IsWhatFollowsTheSchemeInAnyCase) {
  const auto bearer = [](std::string value) {
    const HttpCall call{
        .method = {}, .path = {}, .query = {}, .headers = {{"authorization", std::move(value)}}, .body = {}};
    return std::string(bearer_of(call));
  };
  EXPECT_EQ(bearer("Bearer abc"), "abc");
  EXPECT_EQ(bearer("bEARER abc"), "abc");
  EXPECT_EQ(bearer("Bearer "), "");
  EXPECT_EQ(bearer("Basic abc"), "");
  EXPECT_EQ(bearer(""), "");
  EXPECT_EQ(bearer_of({}), "");
}

TEST(SameSecret, IsTheWholeOfIt) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("ab", "abc"));
  EXPECT_FALSE(same_secret("", "abc"));
  EXPECT_FALSE(same_secret("abc\n", "abc"));
}

TEST(GrpcError, IsTheBodyOfTheGateways) {
  const HttpReply reply = grpc_error(400, 3, "no \"good\"");
  EXPECT_EQ(reply.status, 400U);
  EXPECT_EQ(reply.body, R"({"code":3,"message":"no \"good\"","details":[]})");
}

}  // namespace
}  // namespace signet::sandbox
