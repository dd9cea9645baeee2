#include "sandbox/control_api.h"

#include "json/reader.h"
#include "sandbox/control_client.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;

class ControlApi : public AskedSandbox {
 protected:
  [[nodiscard]] Access access() const { return Access::read(folder_.path()).value(); }
  long health_of_the_ca() { return get(urls_.ca + "/healthz").status; }
};

TEST_F(ControlApi, SwitchesAFaultOnAndOff) {
  ASSERT_TRUE(ask_for_fault(access(), "ca", "500", {}).has_value());
  EXPECT_EQ(health_of_the_ca(), 500);
  EXPECT_EQ(health_of_the_ca(), 500);
  EXPECT_EQ(get(urls_.log + "/healthz").status, 200) << "another service";
  ASSERT_TRUE(ask_for_fault(access(), "ca", "none", {}).has_value());
  EXPECT_EQ(health_of_the_ca(), 200);
}

TEST_F(ControlApi, SwitchesAFaultOnForSoManyRequests) {
  ASSERT_TRUE(ask_for_fault(access(), "ca", "500", 2).has_value());
  EXPECT_EQ(health_of_the_ca(), 500);
  EXPECT_EQ(health_of_the_ca(), 500);
  EXPECT_EQ(health_of_the_ca(), 200);
}

TEST_F(ControlApi, CountsRequestsOfEachServiceButNoneOfItsOwn) {
  (void)health_of_the_ca();
  (void)get(urls_.log + "/healthz");
  (void)get(urls_.log + "/healthz");
  const auto counted = ask_for_counters(access());
  ASSERT_TRUE(counted.has_value()) << counted.error().sentence();
  EXPECT_EQ(*counted, R"({"schema":"signet.sandbox.counters/1","certificates":0,"entries":0,"timestamps":0,"tokens":0,)"
                      R"("requests":{"ca":1,"log":2,"tsa":0,"oidc":0,"ctlog":0}})");
}

TEST_F(ControlApi, SaysWhichServicesAndFaultsThereAre) {
  const auto service = ask_for_fault(access(), "dns", "500", {});
  test::expect_refusal(service, ErrorCode::InvalidRequest, "there is no service dns");
  EXPECT_THAT(service.error().remedy, HasSubstr("tsa"));
  const auto mode = ask_for_fault(access(), "tsa", "lie:no-sct", {});
  test::expect_refusal(mode, ErrorCode::InvalidRequest, "tsa knows no fault lie:no-sct");
  EXPECT_THAT(mode.error().remedy, HasSubstr("lie:other-nonce"));
}

TEST_F(ControlApi, RefusesWhoeverDoesNotKnowTheSecret) {
  const std::string fault = R"({"service":"ca","mode":"500"})";
  EXPECT_EQ(ask("POST", urls_.control + "/fault", fault).status, 401);
  EXPECT_EQ(ask("POST", urls_.control + "/fault", fault, {{"Authorization", "Bearer 0"}}).status, 401);
  EXPECT_EQ(get(urls_.control + "/counters").status, 401);
  EXPECT_EQ(health_of_the_ca(), 200);
  EXPECT_EQ(ask("POST", urls_.control + "/fault", fault, with_secret()).status, 200);
  EXPECT_EQ(health_of_the_ca(), 500);
}

TEST_F(ControlApi, RefusesWhatItDoesNotKnow) {
  const auto status = [&](std::string_view body) {
    return ask("POST", urls_.control + "/fault", body, with_secret()).status;
  };
  EXPECT_EQ(status(R"({"service":"ca","mode":"500"})"), 200);
  EXPECT_EQ(status(R"({"service":"ca","mode":"500","count":0})"), 400);
  EXPECT_EQ(status(R"({"service":"ca","mode":"500","more":0})"), 400);
  EXPECT_EQ(status(R"({"service":"ca"})"), 400);
  EXPECT_EQ(status("garbage"), 400);
  EXPECT_EQ(ask("GET", urls_.control + "/fault", {}, with_secret()).status, 404);
}

TEST_F(ControlApi, ItsClientSaysHowToStartASandboxThatDoesNotRun) {
  const Access known = access();
  sandbox_.reset();
  const auto counted = ask_for_counters(known);
  test::expect_refusal(counted, ErrorCode::IssuerUnavailable, "no answer from 127.0.0.1");
  EXPECT_THAT(counted.error().remedy, HasSubstr("signet-sandbox serve"));
}

}  // namespace
}  // namespace signet::sandbox
