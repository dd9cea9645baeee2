// The program that sigstore-conformance runs (--entrypoint): its command-line protocol over the library, without logic
// of its own. One file for each command.
#include <iostream>
#include <span>
#include <string_view>

#include "tests/conformance/sign_bundle.h"
#include "tests/conformance/verify_bundle.h"

int main(int argc, char** argv) {
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  const std::string_view command = words.size() > 1 ? words[1] : "";
  if (command == "verify-bundle") return signet::conformance::verify_bundle(words.subspan(2));
  if (command == "sign-bundle") return signet::conformance::sign_bundle(words.subspan(2));
  std::cerr << "usage: conformance-sigstore verify-bundle|sign-bundle …, as sigstore-conformance calls it\n";
  return 2;
}
