// The program signet-sandbox in a folder of one test's own, and what it can be told. For tests in one process
// sandbox/background.h does.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/ports.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// Serves when the constructor returns. Ends the test program where the sandbox does not start, or does not do what it
/// is told. The destructor ends it and removes its folder.
class SandboxProcess {
 public:
  /// @param serving  more words for `signet-sandbox serve`: what it offers
  explicit SandboxProcess(std::vector<std::string> serving = {});
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;

  [[nodiscard]] std::filesystem::path folder() const { return folder_ / "sandbox"; }
  [[nodiscard]] std::filesystem::path trusted_root() const { return folder() / "trusted_root.json"; }
  [[nodiscard]] std::filesystem::path signing_config() const { return folder() / "signing_config.v0.2.json"; }
  [[nodiscard]] const sandbox::Endpoints& urls() const { return urls_; }

  /// An ID token, as `signet-sandbox token` makes it.
  [[nodiscard]] std::string mint(std::string_view email, std::string_view lifetime = "1h") const;

  /// As `signet-sandbox fault`: "500", "lie:no-sct", …; "none" ends it.
  void set_fault(std::string_view service, std::string_view mode, std::optional<std::int64_t> count = {}) const;

  /// A number of `signet-sandbox counters`: "certificates", "entries", "timestamps", "tokens".
  [[nodiscard]] std::int64_t counter(std::string_view name) const;
  /// How many requests a service has seen: "ca", "log", "tsa", "oidc", "ctlog".
  [[nodiscard]] std::int64_t requests(std::string_view service) const;

  /// Runs one of its commands to the end; `--dir` is added.
  [[nodiscard]] ProcessEnd run(std::vector<std::string> arguments) const;

  /// Ends it (with SIGKILL: as a crash does), and waits for that.
  void stop(int signal);
  /// Starts it again on the same folder.
  void start();
  [[nodiscard]] Process& process() { return *process_; }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> serving_;
  std::optional<Process> process_;
  sandbox::Endpoints urls_;
};

}  // namespace signet::test
