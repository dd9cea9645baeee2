#include "bench/house.h"

namespace signet::bench {

test::Household::Setup house_setup() {
  test::Household::Setup setup;
  setup.use = R"(["git", "statement", "blob", "raw"])";
  return setup;
}

namespace {

// ssh stands beside all other uses for the comparison of the doors, on a key that signs nothing else than measurements.
test::Household::Setup with_ssh() {
  auto setup = house_setup();
  setup.use = "[\"git\", \"statement\", \"blob\", \"raw\", \"ssh\"]\ncross_use = true";
  return setup;
}

}  // namespace

House::House() : household(with_ssh()), module(household.token()), ssh(household.token(), module.key()) {}

}  // namespace signet::bench
