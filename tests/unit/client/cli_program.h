// `signet` as a shell runs it, in an environment of the test's own.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "json/value.h"
#include "tests/support/process.h"

namespace signet::test {

/// A run of the real program. Neither the user's configuration nor an agent is seen unless `environment` names one.
struct SignetRun {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment{};
  std::filesystem::path directory{};
  std::string input{};
};

[[nodiscard]] ProcessEnd run_signet(const SignetRun& what);

/// The one object on standard output; a null value where it is not exactly one line of JSON.
[[nodiscard]] json::Value json_output(const ProcessEnd& end);

/// The folder with real bundles, or an empty path where it is not there.
[[nodiscard]] std::filesystem::path conformance_assets();

}  // namespace signet::test
