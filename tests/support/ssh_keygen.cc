#include "tests/support/ssh_keygen.h"

#include <cstdlib>
#include <iostream>

#include "common/base64.h"
#include "common/file.h"

namespace signet::test {
namespace {

[[noreturn]] void give_up(std::string_view what, const std::string& why) {
  std::cerr << "ssh-keygen " << what << ": " << why << '\n';
  std::abort();
}

}  // namespace

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
  if (end.status != 0) give_up("cannot make a key", end.output + end.errors);
}

void certify_ssh_key(const std::filesystem::path& folder, const std::string& ca, const std::string& name,
                     const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {"-q", "-s", ca, "-I", "a certificate"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  arguments.push_back(name + ".pub");
  const ProcessEnd end = ssh_keygen(folder, arguments);
  if (end.status != 0) give_up("cannot certify a key", end.output + end.errors);
}

Bytes ssh_blob_in(const std::filesystem::path& file) {
  const auto line = read_file(file, std::size_t{1} << 16U);
  if (!line) give_up("wrote no key", line.error().sentence());
  const auto begin = line->find(' ') + 1;
  auto blob = parse_base64(line->substr(begin, line->find(' ', begin) - begin));
  if (!blob) give_up("wrote no key", *line);
  return std::move(*blob);
}

}  // namespace signet::test
