// Many commits: one rebase, whose commits git signs one after the other, each by a process of its own.
#include <algorithm>
#include <string>
#include <vector>

#include "bench/bars.h"
#include "bench/record.h"
#include "bench/repository.h"
#include "bench/sections.h"

namespace signet::bench {
namespace {

// A repository with one commit more than are rebased, and the rebase.
Operation rebase(const House& house, const Signer& signer, int commits, bool signs) {
  const Repository repository(house.household, signer);
  const Operation commit = repository.git({"commit", "-q", "--allow-empty", "-m", "Measure"});
  for (int i = 0; i <= commits; ++i) commit();
  std::vector<std::string> line = {"rebase", "-q", "--force-rebase", "HEAD~" + std::to_string(commits)};
  if (signs) line.emplace_back("-S");
  return repository.git(std::move(line));
}

double milliseconds_for_each(const Series& more, const Series& less, int commits) {
  return difference(more, less) / 1000 / commits;
}

}  // namespace

void measure_rebase(House& house, const Effort& effort, Record& record) {
  const int commits = effort.rebased;
  const std::string what = "git rebase of " + std::to_string(commits) + " commits";
  say(what);
  // So that the first signed commit needs a certificate, and the count is that of the rebases.
  if (house.household.run({"signet", "logout"}).status != 0) give_up("signet logout failed");
  const auto certificates = house.household.sandbox().counter("certificates");
  const std::vector<Load> loads = {
      {.name = what, .per_round = 1, .connect = [&] { return rebase(house, {"rebase-unsigned"}, commits, false); }},
      {.name = what + " -S, ssh-agent",
       .per_round = 1,
       .connect = [&] { return rebase(house, ssh_agent_signer(house, "rebase-ssh"), commits, true); }},
      {.name = what + " -S, ssh by signet",
       .per_round = 1,
       .connect = [&] { return rebase(house, signet_ssh_signer(house, "rebase-signet-ssh"), commits, true); }},
      {.name = what + " -S, signet",
       .per_round = 1,
       .connect = [&] { return rebase(house, {"rebase-signet"}, commits, true); }},
  };
  auto series = run_rounds(loads, std::max(1, effort.rounds / 5));
  record.facts.push_back(medians_of("many commits", series));
  record.facts.push_back({.what = "each commit of a signed rebase, over an unsigned one",
                          .value = short_number(milliseconds_for_each(series[1], series[0], commits)) +
                                   " ms by ssh-agent, " +
                                   short_number(milliseconds_for_each(series[2], series[0], commits)) +
                                   " ms by signet's socket for ssh, " +
                                   short_number(milliseconds_for_each(series[3], series[0], commits)) +
                                   " ms by signet-git with log = \"require\""});
  record.facts.push_back({.what = "certificates for all signed rebases",
                          .value = std::to_string(house.household.sandbox().counter("certificates") - certificates)});
  record.add(std::move(series));
}

}  // namespace signet::bench
