// signet-piv: see link/help.cc. It loads no foreign code and is confined all the same: what a card sends is hostile.
#include "pkcs11/piv/piv_store.h"
#include "pkcs11/serving/child_program.h"

int main(int argc, char** argv) {
  using namespace signet::pkcs11;
  return run_child_program(
      "signet-piv", Program::Piv, {argv, static_cast<std::size_t>(argc)},
      [](const Options& options, KeeperLink& link) { return std::make_unique<PivStore>(options, link); });
}
