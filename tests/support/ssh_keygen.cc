#include "tests/support/ssh_keygen.h"

#include <cstdlib>
#include <iostream>

namespace signet::test {

ProcessEnd ssh_keygen(const std::filesystem::path& folder, std::vector<std::string> arguments, std::string input) {
  arguments.insert(arguments.begin(), "ssh-keygen");
  return run({.arguments = std::move(arguments),
              .environment = {{"SSH_AUTH_SOCK", ""}},
              .directory = folder,
              .input = std::move(input)},
             Deadline::after(std::chrono::seconds(60)));
}

void make_ssh_key(const std::filesystem::path& folder, const std::string& name, const std::string& type,
                  const std::string& bits) {
  std::vector<std::string> arguments = {"-q", "-N", "", "-C", "a key", "-f", name, "-t", type};
  if (!bits.empty()) arguments.insert(arguments.end(), {"-b", bits});
  const ProcessEnd end = ssh_keygen(folder, arguments);
  if (end.status == 0) return;
  std::cerr << "ssh-keygen cannot make a key: " << end.output << end.errors << '\n';
  std::abort();
}

}  // namespace signet::test
