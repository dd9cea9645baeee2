#include "tests/unit/client/cli_program.h"

#include <cstdlib>

#include "json/reader.h"

namespace signet::test {

ProcessEnd run_signet(const SignetRun& what) {
  std::vector<std::string> line = {std::string(SIGNET_BIN_DIR) + "/signet"};
  line.insert(line.end(), what.arguments.begin(), what.arguments.end());
  std::map<std::string, std::string> environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}};
  for (const auto& [name, value] : what.environment) environment[name] = value;
  return run({.arguments = line,
              .inherit_environment = false,
              .environment = environment,
              .directory = what.directory,
              .input = what.input},
             Deadline::after(std::chrono::seconds(60)));
}

json::Value json_output(const ProcessEnd& end) {
  if (end.output.empty() || end.output.find('\n') != end.output.size() - 1) return {};
  auto value = json::parse(end.output);
  return value ? std::move(*value) : json::Value();
}

std::filesystem::path conformance_assets() {
  const char* given = std::getenv("SIGNET_CONFORMANCE_ASSETS");
  const std::filesystem::path folder =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(SIGNET_SOURCE_DIR) / "tests" / "conformance" / "assets";
  return std::filesystem::exists(folder / "manifest.json") ? folder : std::filesystem::path();
}

}  // namespace signet::test
