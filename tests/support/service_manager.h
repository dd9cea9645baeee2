// A service manager of a test's own: it makes the socket, starts the agent as its service and hears what it says.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time.h"
#include "common/unique_fd.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// Ends the test program where the system refuses it something.
class ServiceManager {
 public:
  struct Setup {
    std::string name = "varlink";  ///< LISTEN_FDNAMES
    std::optional<std::chrono::milliseconds> watchdog{};
    bool abstract_address = false;  ///< NOTIFY_SOCKET is "@…" rather than a path
    bool without_capabilities = false;
    std::map<std::string, std::string> environment{};
    std::filesystem::path directory{};  ///< where the service runs
  };
  /// Listens at `socket`, whose folder exists.
  ServiceManager(const std::filesystem::path& socket, Setup setup);

  /// Starts a service with the socket as its descriptor 3, in the place of the one before.
  Process& start(std::vector<std::string> arguments);
  [[nodiscard]] Process& service() { return *service_; }
  [[nodiscard]] bool has_started() const { return service_.has_value(); }

  /// Reads what is said until one line of it begins with `beginning`, and yields that line; nothing at the deadline.
  [[nodiscard]] std::optional<std::string> hear(std::string_view beginning, Deadline deadline);
  /// Forgets what was said and not yet heard.
  void forget();

 private:
  Setup setup_;
  TemporaryFolder folder_;
  UniqueFd listener_;
  UniqueFd ear_;
  std::string address_;
  std::vector<std::string> lines_;
  std::optional<Process> service_;
};

}  // namespace signet::test
