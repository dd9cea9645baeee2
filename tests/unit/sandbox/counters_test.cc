#include "sandbox/counters.h"

#include <gtest/gtest.h>

#include "json/writer.h"

namespace signet::sandbox {
namespace {

TEST(Counters, BeginWithNothingAndNameTheirSchema) {
  EXPECT_EQ(json::write(Counters().to_json()),
            R"({"schema":"signet.sandbox.counters/1","certificates":0,"entries":0,"timestamps":0,"tokens":0,)"
            R"("requests":{"ca":0,"log":0,"tsa":0,"oidc":0,"ctlog":0}})");
}

TEST(Counters, TellEachNumberUnderItsName) {
  Counters counters;
  counters.certificates = 1;
  counters.entries = 2;
  counters.timestamps = 3;
  counters.tokens = 4;
  counters.requests.at(static_cast<std::size_t>(Service::Tsa)) = 5;
  EXPECT_EQ(json::write(counters.to_json()),
            R"({"schema":"signet.sandbox.counters/1","certificates":1,"entries":2,"timestamps":3,"tokens":4,)"
            R"("requests":{"ca":0,"log":0,"tsa":5,"oidc":0,"ctlog":0}})");
}

}  // namespace
}  // namespace signet::sandbox
