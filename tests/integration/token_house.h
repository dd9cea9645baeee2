// A household with two tokens: `desk`, whose module fails as a test says (tests/modules/faulty.cc), and `sound`, which
// is to notice nothing of it. And a look at the processes that hold them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"
#include "tests/support/household.h"
#include "tests/support/softhsm.h"

namespace signet::test {

/// keeper (signet-token) and child (signet-module) of one token.
struct WorkerPids {
  pid_t keeper = -1;
  pid_t child = -1;
  bool operator==(const WorkerPids&) const = default;
};

[[nodiscard]] bool is_alive(pid_t pid);
/// Waits for it, up to a minute; a zombie has ended.
[[nodiscard]] bool has_ended(pid_t pid);

class TokenHouse {
 public:
  TokenHouse();

  [[nodiscard]] Household& house() { return house_; }

  /// The module of `desk` fails from here on: "C_Sign hang".
  void set_fault(std::string_view line) const { (void)module_.write("fault", line); }
  void clear_fault() const { std::filesystem::remove(module_.beside("fault")); }
  /// How often that function was called since the last forget_calls(): C_Login or C_Sign; or, as
  /// "flicker", how often the token was not there.
  [[nodiscard]] long calls(std::string_view function) const;
  void forget_calls() const { (void)module_.write("calls", ""); }
  /// Waits until C_Sign was called so often.
  [[nodiscard]] bool come_signatures(long number) const;

  /// Parameters of Sign for one digest by the key on that token, as a bundle. "fleeting": by a session key on `desk`.
  [[nodiscard]] static std::string wish(std::string_view token, std::chrono::milliseconds deadline = {});
  /// One request; what was answered.
  [[nodiscard]] std::string sign(std::string_view token = "desk", std::chrono::milliseconds deadline = {}) const;

  /// Asks until `desk` signs, up to a minute.
  [[nodiscard]] bool signs_soon() const;

  /// The processes of that token as they are now; waits until both are there.
  [[nodiscard]] WorkerPids worker(std::string_view token = "desk");
  /// Ends the child of `desk`, so that the next request loads the module.
  void begin_anew();

 private:
  [[nodiscard]] static Household::Setup setup(const FaultModule& module, const SoftHsm& sound);

  SoftHsm sound_{"sound"};
  FaultModule module_{"faulty"};
  Household house_;
};

}  // namespace signet::test
