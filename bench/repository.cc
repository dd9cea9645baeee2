#include "bench/repository.h"

#include <utility>

#include "bench/record.h"
#include "bench/timed_process.h"

namespace signet::bench {

Repository::Repository(const test::Household& household, const Signer& signer)
    : path_(household.make_repository(signer.name)), environment_(household.environment()) {
  for (const auto& [name, value] : signer.environment) environment_.insert_or_assign(name, value);
  for (const auto& [name, value] : signer.settings) {
    const auto end = household.run({"git", "-C", path_.string(), "config", name, value});
    if (end.status != 0) give_up("git config: " + end.errors);
  }
}

Operation Repository::git(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "git");
  return timed_process({.arguments = std::move(arguments), .environment = environment_, .directory = path_});
}

Signer signet_ssh_signer(const House& house, std::string name) {
  Signer signer = ssh_agent_signer(house, std::move(name));
  signer.environment["SSH_AUTH_SOCK"] = (house.household.socket().parent_path() / "ssh.sock").string();
  return signer;
}

Signer ssh_agent_signer(const House& house, std::string name) {
  return {.name = std::move(name),
          .settings = {{"gpg.format", "ssh"}, {"user.signingKey", house.ssh.signing_key()}},
          .environment = house.ssh.environment()};
}

}  // namespace signet::bench
