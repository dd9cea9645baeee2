// Bundles a second in one process, on one core and on all, against the cryptography alone.
#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/bare_checks.h"
#include "bench/bars.h"
#include "bench/real_bundles.h"
#include "bench/record.h"
#include "bench/sections.h"
#include "common/file.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/verifier.h"

namespace signet::bench {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1024} * 1024;

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().sentence());
  return std::move(*result);
}

// What each thread has: the bundle as text, and the trusted root read once.
struct Subject {
  std::string json;
  sigstore::TrustedRoot root;
  sigstore::IdentityPolicy policy;
  sigstore::Artifact artifact;
};

Subject subject_of(const RealBundle& bundle) {
  return {.json = must(read_file(bundle.bundle(), kMaxFile)),
          .root = must(sigstore::parse_trusted_root(must(read_file(bundle.root(), kMaxFile)))),
          .policy = must(
              sigstore::IdentityPolicy::any_of({{.san = std::string(kRealSan), .issuer = std::string(kRealIssuer)}})),
          .artifact = {.digests = {must(sigstore::hash_file(HashAlgorithm::Sha256, RealBundle::artifact()))}}};
}

Operation verification(const Subject& subject) {
  return [&subject] {
    const auto verified =
        sigstore::verify_bundle(std::string_view(subject.json), subject.artifact, subject.root, subject.policy);
    if (!verified) give_up("a real bundle is refused: " + verified.error().what);
  };
}

// Rates of the same round.
double ratio(const Series& more, const Series& less) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < more.rates.size(); ++i) ratios.push_back(more.rates[i] / less.rates[i]);
  return median(ratios);
}

std::string rates_of(const Series& series, const Series& bare) {
  return short_number(series.rate()) + " a second, the bare checks " + short_number(bare.rate());
}

}  // namespace

void measure_batch(const Effort& effort, Record& record) {
  say("bundles a second in one process");
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<Subject> subjects;
  for (const RealBundle& bundle : kRealBundles) subjects.push_back(subject_of(bundle));
  std::vector<Load> loads;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Subject& subject = subjects[i];
    const std::string what = " (" + std::string(kRealBundles[i].what) + ")";
    const auto ours = [&subject] { return verification(subject); };
    const auto bare = [&subject] { return bare_checks(must(sigstore::parse_bundle(subject.json)), subject.root); };
    for (const int clients : {1, cores}) {
      loads.push_back(
          {.name = "verification" + what, .clients = clients, .per_round = effort.bundles, .connect = ours});
      loads.push_back({.name = "bare checks" + what, .clients = clients, .per_round = effort.bundles, .connect = bare});
    }
  }
  auto series = run_rounds(loads, effort.rounds);
  double of_bare = 1e9;
  double of_one = 1e9;
  for (std::size_t i = 0; i < series.size(); i += 4) {
    of_bare = std::min(of_bare, ratio(series[i], series[i + 1]));
    of_one = std::min(of_one, ratio(series[i + 2], series[i]) * 2 / cores);
    record.facts.push_back({.what = series[i].name, .value = rates_of(series[i], series[i + 1])});
  }
  record.figures["verify.batch"] = of_bare * 100;
  if (cores > 1) {
    record.figures["verify.cores"] = of_one;
  } else {
    record.unmeasured["verify.cores"] = "this machine has one core";
  }
  record.add(std::move(series));
}

}  // namespace signet::bench
