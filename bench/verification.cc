#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "bench/record.h"
#include "bench/sections.h"
#include "bench/timed_process.h"

namespace signet::bench {
namespace {

constexpr std::string_view kPublicSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr std::string_view kPublicIssuer = "https://token.actions.githubusercontent.com";

struct RealBundle {
  const char* name;
  const char* type;  // of the statement, as signet verify takes it
};

// Those of Rekor v2, which is the log that signet reads; a plain file and a statement.
constexpr std::array<RealBundle, 2> kRealBundles = {{{.name = "rekor2-timestamp-with-embedded-cert", .type = nullptr},
                                                     {.name = "rekor2-dsse-happy-path", .type = "any"}}};

std::string asset(std::string_view path) {
  return std::string(SIGNET_SOURCE_DIR) + "/tests/conformance/assets/" + std::string(path);
}

std::vector<std::string> verify_sandbox(const test::Household& household) {
  const auto file = household.folder().write("release.txt", "release 1\n").string();
  const auto made = household.run({"signet", "sign", file});
  if (made.status != 0) give_up("signet sign: " + made.errors);
  return {test::program("signet"),
          "verify",
          "--trusted-root",
          household.trusted_root().string(),
          "--identity",
          std::string(test::Household::kSan),
          "--issuer",
          household.issuer(),
          file};
}

std::vector<std::string> verify_public(const RealBundle& bundle) {
  const std::string folder = "cases/" + std::string(bundle.name);
  std::vector<std::string> arguments = {test::program("signet"),
                                        "verify",
                                        "--trusted-root",
                                        asset(folder + "/trusted_root.json"),
                                        "--identity",
                                        std::string(kPublicSan),
                                        "--issuer",
                                        std::string(kPublicIssuer),
                                        "--bundle",
                                        asset(folder + "/bundle.sigstore.json"),
                                        asset("artifacts/a.txt")};
  if (bundle.type != nullptr) arguments.insert(arguments.end(), {"--type", bundle.type});
  return arguments;
}

double peak_mib(const std::vector<std::string>& arguments) {
  test::ProcessOptions options{.arguments = {test::program("signet-bench-peak")}};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  const auto end = test::run(options, Deadline::after(std::chrono::minutes(1)));
  if (end.status != 0) give_up("signet verify: " + end.errors);
  const auto last = end.errors.rfind('\n', end.errors.size() - 2);
  return std::stod(end.errors.substr(last == std::string::npos ? 0 : last + 1)) / 1024;
}

}  // namespace

void measure_verification(House& house, const Effort& effort, Record& record) {
  say("signet verify");
  const auto environment = house.household.environment();
  struct Case {
    std::string name;
    std::vector<std::string> arguments;
  };
  std::vector<Case> cases = {{.name = "a bundle of the sandbox", .arguments = verify_sandbox(house.household)}};
  for (const RealBundle& bundle : kRealBundles) {
    cases.push_back({.name = bundle.name, .arguments = verify_public(bundle)});
  }
  std::vector<Load> loads = {
      {.name = "an empty program, between verifications", .per_round = effort.processes, .connect = [] {
         return timed_process({.arguments = {test::program("signet-bench-empty")}});
       }}};
  for (const Case& one : cases) {
    loads.push_back(
        {.name = "signet verify, " + one.name, .per_round = effort.processes, .connect = [&one, &environment] {
           return timed_process({.arguments = one.arguments, .environment = environment});
         }});
  }
  auto series = run_rounds(loads, effort.rounds);
  record.figures["verify.sandbox"] = series[1].times.median() / 1000;
  record.figures["verify.sandbox_memory"] = peak_mib(cases[0].arguments);
  double slowest = 0;
  double largest = 0;
  for (std::size_t i = 1; i < cases.size(); ++i) {
    slowest = std::max(slowest, series[i + 1].times.median() / 1000);
    largest = std::max(largest, peak_mib(cases[i].arguments));
  }
  record.figures["verify.public"] = slowest;
  record.figures["verify.public_memory"] = largest;
  record.add(std::move(series));
}

}  // namespace signet::bench
