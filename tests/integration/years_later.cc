#include "tests/integration/years_later.h"

#include "tests/support/process.h"

namespace signet::test {

std::vector<std::string> without_network(std::vector<std::string> arguments) {
  const std::vector<std::string> alone = {"/usr/bin/unshare", "-rn"};
  static const bool kAllowed =
      run({.arguments = {alone[0], alone[1], "/bin/true"}}, Deadline::after(std::chrono::minutes(1))).status == 0;
  if (kAllowed) arguments.insert(arguments.begin(), alone.begin(), alone.end());
  return arguments;
}

std::map<std::string, std::string> years_later() {
  return {{"LD_PRELOAD", SIGNET_MODULE_DIR "/later_clock.so"}, {"SIGNET_TEST_DAYS_AHEAD", "1826"}};
}

}  // namespace signet::test
