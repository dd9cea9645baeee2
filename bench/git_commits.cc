#include <fcntl.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/gitsign.h"
#include "bench/gpg_agent.h"
#include "bench/record.h"
#include "bench/repository.h"
#include "bench/sections.h"
#include "bench/services_load.h"
#include "bench/timed_process.h"
#include "client/lib/agent_client.h"

namespace signet::bench {
namespace {

// What git hands to its signer.
constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author The Maintainer <maintainer@example.test> 1795000000 +0000\n"
    "committer The Maintainer <maintainer@example.test> 1795000000 +0000\n\nMeasure\n";

Operation commit_to(const Repository& repository) {
  return repository.git({"commit", "-q", "--allow-empty", "-m", "Measure"});
}

Operation signed_commit_to(const Repository& repository) {
  return repository.git({"commit", "-q", "--allow-empty", "-m", "Measure", "-S"});
}

// As git starts its signer (gpg-interface.c): the object on standard input.
Operation signer(const test::Household& household) {
  return timed_process({.arguments = {test::program("signet-git"), "--status-fd=2", "-bsau", "signet:maintainer"},
                        .environment = household.environment(),
                        .input = household.folder().write("commit", kCommit)});
}

// The same request by the same client library, in this process: what the agent takes, connecting included.
Operation agent_alone(const test::Household& household) {
  return [socket = household.socket()] {
    auto agent = client::AgentClient::connect(socket);
    if (!agent) give_up(agent.error().sentence());
    protocol::SignRequest request{.identity = "maintainer", .items = {}};
    request.items.push_back({.object = protocol::GitContent{to_bytes(kCommit)}});
    request.output = protocol::Output::Cms;
    auto done = agent->sign(
        std::move(request), [](const protocol::Progress&) {},
        [](protocol::ItemResult result) -> Result<void> {
          if (!result.cms) give_up("the agent does not sign a commit");
          return {};
        },
        Deadline::after(std::chrono::minutes(1)));
    if (!done) give_up(done.error().sentence());
  };
}

// Where it is built: a load more, which comes last.
std::unique_ptr<Gitsign> gitsign_where_built(Record& record) {
  if (Gitsign::is_built()) return std::make_unique<Gitsign>();
  record.facts.push_back({.what = "gitsign", .value = "not built (tests/lanes/gitsign/run)"});
  return nullptr;
}

}  // namespace

void measure_git(House& house, const Effort& effort, Record& record) {
  say("signet-git and git commit");
  const test::Household& household = house.household;
  const GpgAgent gpg;
  const Repository by_signet(household, {"signet"});
  const Repository by_ssh(household, ssh_agent_signer(house, "ssh"));
  const Repository by_signet_ssh(household, signet_ssh_signer(house, "signet-ssh"));
  const Repository by_gpg(household, {.name = "gpg",
                                      .settings = {{"gpg.format", "openpgp"}, {"user.signingKey", gpg.signing_key()}},
                                      .environment = gpg.environment()});
  const int n = effort.processes;
  const Program nothing{.arguments = {test::program("signet-bench-empty")}};
  std::vector<Load> loads = {
      {.name = "an empty program", .per_round = n, .connect = [&] { return timed_process(nothing); }},
      {.name = "the agent's own time for a commit", .per_round = n, .connect = [&] { return agent_alone(household); }},
      {.name = "signet-git for a commit", .per_round = n, .connect = [&] { return signer(household); }},
      {.name = "log and timestamp authority, asked at once",
       .per_round = n,
       .connect = [&] { return services_client(house.household.sandbox().urls(), house.module); }},
      {.name = "git commit", .per_round = n, .connect = [&] { return commit_to(by_signet); }},
      {.name = "git commit -S, ssh-agent", .per_round = n, .connect = [&] { return signed_commit_to(by_ssh); }},
      {.name = "git commit -S, signet", .per_round = n, .connect = [&] { return signed_commit_to(by_signet); }},
      {.name = "git commit -S, ssh by signet",
       .per_round = n,
       .connect = [&] { return signed_commit_to(by_signet_ssh); }},
      {.name = "git commit -S, gpg with a key in software",
       .per_round = n,
       .connect = [&] { return signed_commit_to(by_gpg); }},
  };
  const auto gitsign = gitsign_where_built(record);
  if (gitsign) {
    loads.push_back({.name = "git commit -S, gitsign with its cache, on Rekor v1", .per_round = n, .connect = [&] {
                       return signed_commit_to(Repository(gitsign->household(), gitsign->signer()));
                     }});
  }
  auto series = run_rounds(loads, effort.rounds);
  std::vector<double> process;
  std::vector<double> commit;
  for (std::size_t i = 0; i < series[0].times.round_medians().size(); ++i) {
    const auto at = [&](std::size_t k) { return series[k].times.round_medians()[i] / 1000; };
    process.push_back(at(2) - at(1) - at(0));
    commit.push_back(at(6) - at(4) - at(3));
  }
  record.figures["process.signet_git"] = median(process);
  record.figures["git.require"] = median(commit);
  if (gitsign) {
    record.facts.push_back(
        {.what = "certificates for all commits by gitsign", .value = std::to_string(gitsign->certificates())});
  }
  constexpr std::size_t kFirstOfGit = 4;
  record.facts.push_back(medians_of("one commit", std::span(series).subspan(kFirstOfGit)));
  record.add(std::move(series));
}

}  // namespace signet::bench
