// One bundle by one process: signet verify, and cosign where it is installed.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/bars.h"
#include "bench/real_bundles.h"
#include "bench/record.h"
#include "bench/sections.h"
#include "bench/timed_process.h"
#include "tests/support/process.h"

namespace signet::bench {
namespace {

constexpr std::string_view kCosign = "cosign";

// One thing to verify, and how it is asked of a program.
struct Case {
  std::string name;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment{};
};

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

std::vector<std::string> verify_real(const RealBundle& bundle) {
  std::vector<std::string> arguments = {test::program("signet"),
                                        "verify",
                                        "--trusted-root",
                                        bundle.root().string(),
                                        "--identity",
                                        std::string(kRealSan),
                                        "--issuer",
                                        std::string(kRealIssuer),
                                        "--bundle",
                                        bundle.bundle().string(),
                                        RealBundle::artifact().string()};
  if (bundle.is_statement) arguments.insert(arguments.end(), {"--type", "any"});
  return arguments;
}

std::vector<std::string> verify_by_cosign(const RealBundle& bundle) {
  return {std::string(kCosign),
          bundle.is_statement ? "verify-blob-attestation" : "verify-blob",
          "--new-bundle-format",
          "--offline",
          "--bundle",
          bundle.bundle().string(),
          "--trusted-root",
          bundle.root().string(),
          "--certificate-identity",
          std::string(kRealSan),
          "--certificate-oidc-issuer",
          std::string(kRealIssuer),
          RealBundle::artifact().string()};
}

test::ProcessEnd run_case(const Case& one, std::vector<std::string> before = {}) {
  test::ProcessOptions options{.arguments = std::move(before), .environment = one.environment};
  options.arguments.insert(options.arguments.end(), one.arguments.begin(), one.arguments.end());
  return test::run(options, Deadline::after(std::chrono::minutes(1)));
}

std::string last_line(const std::string& text) {
  if (text.size() < 2) return text;
  const auto end = text.rfind('\n', text.size() - 2);
  return text.substr(end == std::string::npos ? 0 : end + 1);
}

double peak_mib(const Case& one) {
  const auto end = run_case(one, {test::program("signet-bench-peak")});
  if (end.status != 0) give_up(one.name + ": " + end.errors);
  return std::stod(last_line(end.errors)) / 1024;
}

Load process_load(const Case& one, int count) {
  return {.name = one.name, .per_round = count, .connect = [&one] {
            return timed_process({.arguments = one.arguments, .environment = one.environment});
          }};
}

// Where it is not installed, or does not take what we ask it, that is what is told.
std::vector<Case> cosign_cases(Record& record) {
  const char* path = std::getenv("PATH");
  const char* home = std::getenv("HOME");
  const std::map<std::string, std::string> environment = {{"PATH", path == nullptr ? "" : path},
                                                          {"HOME", home == nullptr ? "" : home}};
  if (run_case({.name = "", .arguments = {"sh", "-c", "command -v cosign"}, .environment = environment}).status != 0) {
    record.facts.push_back({.what = std::string(kCosign), .value = "not installed"});
    return {};
  }
  std::vector<Case> cases;
  for (const RealBundle& bundle : kRealBundles) {
    Case one{.name = "cosign, " + std::string(bundle.what),
             .arguments = verify_by_cosign(bundle),
             .environment = environment};
    const auto end = run_case(one);
    if (end.status == 0) {
      cases.push_back(std::move(one));
    } else {
      record.facts.push_back({.what = one.name, .value = "refuses it: " + last_line(end.errors)});
    }
  }
  return cases;
}

}  // namespace

void measure_verification(House& house, const Effort& effort, Record& record) {
  say("signet verify");
  const auto environment = house.household.environment();
  std::vector<Case> cases = {{.name = "signet verify, a bundle of the sandbox",
                              .arguments = verify_sandbox(house.household),
                              .environment = environment}};
  for (const RealBundle& bundle : kRealBundles) {
    cases.push_back({.name = "signet verify, " + std::string(bundle.what),
                     .arguments = verify_real(bundle),
                     .environment = environment});
  }
  const std::size_t ours = cases.size();
  std::ranges::move(cosign_cases(record), std::back_inserter(cases));
  std::vector<Load> loads = {
      {.name = "an empty program, between verifications", .per_round = effort.processes, .connect = [] {
         return timed_process({.arguments = {test::program("signet-bench-empty")}});
       }}};
  for (const Case& one : cases) loads.push_back(process_load(one, effort.processes));
  auto series = run_rounds(loads, effort.rounds);
  double slowest = 0;
  double largest = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double peak = peak_mib(cases[i]);
    record.facts.push_back({.what = cases[i].name + ", peak of resident memory", .value = short_number(peak) + " MiB"});
    if (i == 0) record.figures["verify.sandbox_memory"] = peak;
    if (i == 0 || i >= ours) continue;
    slowest = std::max(slowest, series[i + 1].times.median() / 1000);
    largest = std::max(largest, peak);
  }
  record.figures["verify.sandbox"] = series[1].times.median() / 1000;
  record.figures["verify.public"] = slowest;
  record.figures["verify.public_memory"] = largest;
  record.add(std::move(series));
}

}  // namespace signet::bench
