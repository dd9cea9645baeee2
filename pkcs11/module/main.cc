// signet-module: see link/help.cc. Confined before any foreign code is loaded.
#include "pkcs11/module/module_store.h"
#include "pkcs11/serving/child_program.h"

int main(int argc, char** argv) {
  using namespace signet::pkcs11;
  return run_child_program(
      "signet-module", Program::Module, {argv, static_cast<std::size_t>(argc)},
      [](const Options& options, KeeperLink& link) { return std::make_unique<ModuleStore>(options, link); });
}
