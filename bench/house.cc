#include "bench/house.h"

namespace signet::bench {

test::Household::Setup house_setup() {
  test::Household::Setup setup;
  setup.use = R"(["git", "statement", "blob", "raw"])";
  return setup;
}

// ssh stands beside all other uses for the comparison of the doors, on a key that signs nothing else than measurements.
test::Household::Setup house_setup_with_ssh() {
  auto setup = house_setup();
  setup.use = "[\"git\", \"statement\", \"blob\", \"raw\", \"ssh\"]\ncross_use = true";
  return setup;
}

House::House() : household(house_setup_with_ssh()), module(household.token()), ssh(household.token(), module.key()) {}

}  // namespace signet::bench
