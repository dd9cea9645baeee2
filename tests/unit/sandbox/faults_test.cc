#include "sandbox/faults.h"

#include <algorithm>

#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr Service kAll[] = {Service::Ca, Service::Log, Service::Tsa, Service::Oidc, Service::CtLog};

TEST(Faults, EveryServiceIsFoundByItsName) {
  for (const Service service : kAll) {
    const auto found = service_from_name(service_name(service));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(*found, service);
  }
}

TEST(Faults, AnUnknownServiceIsRefusedWithTheList) {
  const auto refused = service_from_name("dns");
  test::expect_refusal(refused, ErrorCode::InvalidRequest, "no service dns");
  EXPECT_EQ(refused.error().remedy, "one of: ca, log, tsa, oidc, ctlog");
}

TEST(Faults, EveryFaultThatIsListedIsKnown) {
  for (const Service service : kAll) {
    for (const std::string& name : faults_of(service)) {
      const auto fault = parse_fault(service, name);
      ASSERT_TRUE(fault.has_value()) << name;
      EXPECT_EQ(fault->mode == FaultMode::None, name == "none");
      EXPECT_EQ(name.starts_with("lie:"), fault->lies(name.substr(std::min<std::size_t>(name.size(), 4)))) << name;
    }
  }
}

TEST(Faults, ALieOfAnotherServiceIsRefusedWithTheList) {
  ASSERT_TRUE(parse_fault(Service::Ca, "lie:no-sct").has_value());
  const auto refused = parse_fault(Service::Log, "lie:no-sct");
  test::expect_refusal(refused, ErrorCode::InvalidRequest, "log knows no fault lie:no-sct");
  EXPECT_THAT(refused.error().remedy, HasSubstr("lie:bad-proof"));
}

TEST(Faults, OnlyTheLogFreezes) {
  EXPECT_TRUE(parse_fault(Service::Log, "frozen").has_value());
  test::expect_refusal(parse_fault(Service::Ca, "frozen"), ErrorCode::InvalidRequest, "ca knows no fault frozen");
}

TEST(Faults, TheCtLogIsAskedByTheCaAloneAndKnowsWhatThatCanSee) {
  const auto known = faults_of(Service::CtLog);
  EXPECT_THAT(known, Contains("500"));
  EXPECT_THAT(known, Contains("lie:other-key"));
  EXPECT_THAT(known, Not(Contains("stored-but-answer-lost")));
}

TEST(FaultBoard, KeepsAFaultUntilItIsSwitchedOff) {
  FaultBoard board;
  board.set(Service::Tsa, {.mode = FaultMode::Hang});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(board.take(Service::Tsa).mode, FaultMode::Hang);
  EXPECT_EQ(board.take(Service::Ca).mode, FaultMode::None) << "another service";
  board.set(Service::Tsa, {});
  EXPECT_EQ(board.take(Service::Tsa).mode, FaultMode::None);
}

TEST(FaultBoard, CountsRequests) {
  FaultBoard board;
  board.set(Service::Ca, {.mode = FaultMode::Lie, .lie = "no-sct"}, 2);
  EXPECT_TRUE(board.take(Service::Ca).lies("no-sct"));
  EXPECT_TRUE(board.take(Service::Ca).lies("no-sct"));
  EXPECT_EQ(board.take(Service::Ca), Fault{});
}

TEST(FaultBoard, AConnectionUsesUpNoFaultButRefuse) {
  FaultBoard board;
  board.set(Service::Log, {.mode = FaultMode::ServerError}, 1);
  EXPECT_FALSE(board.take_refusal(Service::Log));
  EXPECT_EQ(board.take(Service::Log).mode, FaultMode::ServerError);
  board.set(Service::Log, {.mode = FaultMode::Refuse}, 1);
  EXPECT_TRUE(board.take_refusal(Service::Log));
  EXPECT_FALSE(board.take_refusal(Service::Log));
}

}  // namespace
}  // namespace signet::sandbox
