#include "tests/integration/ssh_house.h"

#include <chrono>
#include <utility>

#include "common/file.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

Household::Setup for_ssh(Household::Setup setup) {
  if (!setup.use.contains("ssh")) setup.use = R"(["git", "statement", "ssh"])";
  return setup;
}

}  // namespace

SshHouse::SshHouse(Household::Setup setup) : house_(for_ssh(std::move(setup))) {}

ProcessEnd SshHouse::run(std::vector<std::string> arguments, const std::filesystem::path& directory,
                         std::map<std::string, std::string> more) const {
  more.emplace("SSH_AUTH_SOCK", socket().string());
  return house_.run(std::move(arguments), directory, std::move(more));
}

std::filesystem::path SshHouse::write_key() const {
  return house_.folder().write("key.pub", run({"ssh-add", "-L"}).output);
}

std::filesystem::path SshHouse::write_allowed_signers() const {
  return house_.folder().write("allowed_signers", std::string(Household::kSan) + " " + run({"ssh-add", "-L"}).output);
}

ProcessEnd SshHouse::sign(std::string_view name_space, const std::filesystem::path& file,
                          const std::vector<std::string>& more) const {
  std::vector<std::string> line = {"ssh-keygen",        "-Y", "sign", "-n", std::string(name_space), "-f",
                                   write_key().string()};
  line.insert(line.end(), more.begin(), more.end());
  line.push_back(file.string());
  return run(std::move(line));
}

ProcessEnd SshHouse::verify(std::string_view name_space, const std::filesystem::path& file) const {
  const auto content = read_file(file, 1U << 20U);
  const ProcessOptions options{
      .arguments = {"ssh-keygen", "-Y", "verify", "-f", write_allowed_signers().string(), "-I",
                    std::string(Household::kSan), "-n", std::string(name_space), "-s", file.string() + ".sig"},
      .environment = house_.environment(),
      .input = content ? *content : ""};
  return test::run(options, soon());
}

std::string SshHouse::audited() const {
  std::string all;
  for (const std::string& line : audit_lines(house_)) all += line + "\n";
  return all;
}

}  // namespace signet::test
