// A whole signet of one test's own, as programs: sandbox, SoftHSM token with a key, agent, and a configuration that
// binds them. What ./quickstart sets up for a person.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/sandbox_process.h"
#include "tests/support/softhsm.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// Ends the test program where a part does not start. The destructor ends all parts.
class Household {
 public:
  struct Setup {
    std::string module = std::string(kSoftHsmModule);
    std::map<std::string, std::string> module_environment{};  ///< besides SOFTHSM2_CONF
    std::string extra_configuration{};                        ///< appended
    std::string use = R"(["git", "statement", "blob"])";
    std::string pin = "1234";
    std::string algorithm = "p256";                          ///< of the identity's key
    std::map<std::string, std::string> agent_environment{};  ///< besides HOME
    std::string pin_source{};            ///< what the configuration says of the PIN, once there is a key; empty: a file
    std::vector<std::string> serving{};  ///< what the sandbox offers, as words for `signet-sandbox serve`
    bool verifies_by_configuration = true;  ///< [verify] allowed names the signer
  };
  Household() : Household(Setup()) {}
  explicit Household(Setup setup);
  ~Household();
  Household(const Household&) = delete;
  Household& operator=(const Household&) = delete;

  static constexpr std::string_view kSan = "maintainer@example.test";
  static constexpr std::string_view kIdentity = "maintainer";

  [[nodiscard]] const std::string& issuer() const { return sandbox_.urls().issuer; }
  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "run/agent.sock"; }
  [[nodiscard]] std::filesystem::path trusted_root() const { return sandbox_.trusted_root(); }
  [[nodiscard]] std::filesystem::path configuration() const { return folder_ / "config.toml"; }
  [[nodiscard]] std::filesystem::path id_token_file() const { return folder_ / "id-token"; }
  [[nodiscard]] std::filesystem::path state() const { return folder_ / "state"; }
  [[nodiscard]] std::filesystem::path audit_folder() const { return state() / "audit"; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] const SoftHsm& token() const { return token_; }
  /// What points a client at this household; HOME lies in its folder.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// Runs a program with that environment in a folder of the household; the first word is one of ours, or found in
  /// PATH.
  [[nodiscard]] ProcessEnd run(std::vector<std::string> arguments, const std::filesystem::path& directory = {},
                               std::map<std::string, std::string> more = {}) const;

  /// A new repository with one identity and signet-git as its signer.
  ///
  /// @param hash  of its objects: "sha1" or "sha256"
  [[nodiscard]] std::filesystem::path make_repository(std::string_view name, std::string_view hash = "sha1") const;

  [[nodiscard]] SandboxProcess& sandbox() { return sandbox_; }
  [[nodiscard]] Process& agent() { return *agent_; }
  /// Ends the agent and starts it with the configuration as it is now.
  void restart_agent();
  /// Does something while no agent runs, and none of its processes has the token open: SoftHSM loses attributes of an
  /// object that one process makes while another one uses the token.
  void while_stopped(const std::function<void()>& work);

 private:
  void start_agent();
  [[nodiscard]] std::string token_configuration(std::string_view pin_source) const;
  [[nodiscard]] std::string identity_configuration() const;

  TemporaryFolder folder_;
  Setup setup_;
  SandboxProcess sandbox_;
  SoftHsm token_;
  std::optional<Process> agent_;
};

/// A path of a program that this build made.
[[nodiscard]] std::string program(std::string_view name);

}  // namespace signet::test
