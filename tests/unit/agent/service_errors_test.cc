// What a service's silence is called.
#include "agent/flow/service_errors.h"

#include <gtest/gtest.h>

namespace signet::agent {
namespace {

TEST(ServiceErrors, NameTheServiceThatWasSilent) {
  const Error late{.code = ErrorCode::Deadline, .what = "no reply from ca.test"};
  const Error named = name_the_service(late, ErrorCode::CaUnavailable, "the CA");
  EXPECT_EQ(named.code, ErrorCode::CaUnavailable);
  EXPECT_EQ(named.what, "the CA did not answer in time: no reply from ca.test");
  EXPECT_EQ(named.remedy, "check the network, then ask again");
}

TEST(ServiceErrors, LeaveEveryOtherErrorAsItIs) {
  const Error refused{.code = ErrorCode::CaRefused, .what = "no", .remedy = "read it"};
  EXPECT_EQ(name_the_service(refused, ErrorCode::CaUnavailable, "the CA"), refused);
}

}  // namespace
}  // namespace signet::agent
