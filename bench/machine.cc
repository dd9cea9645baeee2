#include "bench/machine.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "bench/bars.h"
#include "common/time.h"
#include "tests/support/process.h"

namespace signet::bench {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string first_line(std::vector<std::string> arguments) {
  const auto end = test::run({.arguments = std::move(arguments)}, Deadline::after(std::chrono::seconds(20)));
  const std::string text = end.output.empty() ? end.errors : end.output;
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::vector<Fact> machine_facts() {
  utsname kernel{};
  (void)::uname(&kernel);
  const std::string release = kernel.release;
  struct sysinfo memory{};
  (void)::sysinfo(&memory);
  std::array<double, 1> load{};
  (void)::getloadavg(load.data(), 1);
  const double gib = static_cast<double>(memory.totalram) * memory.mem_unit / (1024.0 * 1024 * 1024);
  return {
      {.what = "processor", .value = processor() + ", " + std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)) + " cores"},
      {.what = "memory", .value = short_number(gib) + " GiB"},
      {.what = "kernel", .value = "Linux " + release.substr(0, release.find_first_not_of("0123456789."))},
      {.what = "build", .value = std::string(SIGNET_BUILD_TYPE) + ", " + SIGNET_COMPILER},
      {.what = "peers",
       .value = first_line({"ssh", "-V"}) + "; " + first_line({"git", "--version"}) + "; " +
                first_line({"gpg", "--version"}) + "; SoftHSM " + first_line({"softhsm2-util", "--version"})},
      {.what = "time", .value = encode_rfc3339(SystemClock().now())},
      {.what = "load average of the minute before", .value = short_number(load[0])}};
}

}  // namespace signet::bench
