#include "bench/house.h"

namespace signet::bench {

test::Household::Setup house_setup() {
  test::Household::Setup setup;
  setup.use = R"(["git", "statement", "blob", "raw"])";
  return setup;
}

House::House() : household(house_setup()), module(household.token()), ssh(household.token(), module.key()) {}

}  // namespace signet::bench
