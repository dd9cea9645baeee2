// What foreign code gets that tries its luck inside signet-module, said by such code; and what it gets elsewhere.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>

#include "pkcs11/module/cryptoki.h"
#include "tests/support/fault_module.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using Report = std::map<std::string, int>;

class Probing : public ::testing::Test {
 protected:
  [[nodiscard]] Report report() const {
    std::ifstream file(path_);
    Report found;
    std::string attempt;
    for (int error = 0; file >> attempt >> error;) found[attempt] = error;
    return found;
  }
  // Loaded by signet-module as any other.
  Report probe_in_worker() {
    auto setup = Worker::setup_for(token_);
    setup.arguments[1] = module_.path().string();
    setup.environment["SIGNET_PROBE_REPORT"] = path_.string();
    const Worker worker(setup);
    auto channel = worker.connect();
    EXPECT_TRUE(keys_of(channel));
    return report();
  }
  // Loaded by a process that nothing confines.
  Report probe_outside() {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("SIGNET_PROBE_REPORT", path_.c_str(), 1);
      void* library = ::dlopen(module_.path().c_str(), RTLD_NOW | RTLD_LOCAL);
      auto* const entry = library == nullptr ? nullptr : ::dlsym(library, "C_GetFunctionList");
      CK_FUNCTION_LIST* list = nullptr;
      if (entry != nullptr) reinterpret_cast<CK_C_GetFunctionList>(entry)(&list);
      ::_exit(list == nullptr ? 1 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return report();
  }

  FaultModule module_{"probing"};
  SoftHsm token_{"desk", "1234"};
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "report";
};

TEST_F(Probing, AModuleCannotOpenANetworkSocket) {
  const Report inside = probe_in_worker();
  EXPECT_EQ(inside.at("unix"), 0);
  for (const char* family : {"inet", "inet-datagram", "inet6", "netlink"}) {
    EXPECT_EQ(inside.at(family), EAFNOSUPPORT) << family;
  }
}

TEST_F(Probing, AModuleCannotLookIntoAnotherProcess) {
  const Report inside = probe_in_worker();
  for (const char* call : {"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "dumpable"}) {
    EXPECT_EQ(inside.at(call), EPERM) << call;
  }
}

// The twin of both: the same attempts succeed where nothing forbids them.
TEST_F(Probing, TheSameModuleCanDoAllOfItWhereNothingConfinesIt) {
  for (const auto& [attempt, error] : probe_outside()) {
    if (attempt == "inet6" && error == EAFNOSUPPORT) continue;  // a kernel without IPv6
    EXPECT_EQ(error, 0) << attempt;
  }
  EXPECT_EQ(report().size(), 11U);
}

}  // namespace
}  // namespace signet::test
