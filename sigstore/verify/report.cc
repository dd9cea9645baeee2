#include "sigstore/verify/report.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace signet::sigstore {
namespace {

struct Row {
  CheckName name;
  int step;
  std::string_view text;
};

// In the order of the enumeration.
constexpr std::array<Row, kCheckCount> kRows = {{{CheckName::Bundle, 0, "bundle"},
                                                 {CheckName::KeyMaterial, 1, "key material"},
                                                 {CheckName::Log, 2, "log"},
                                                 {CheckName::InclusionPromise, 2, "inclusion promise"},
                                                 {CheckName::Checkpoint, 2, "checkpoint"},
                                                 {CheckName::InclusionProof, 2, "inclusion proof"},
                                                 {CheckName::LogRecord, 2, "log record"},
                                                 {CheckName::LogCount, 2, "number of logs"},
                                                 {CheckName::Timestamp, 3, "timestamp"},
                                                 {CheckName::LogTime, 3, "log's time"},
                                                 {CheckName::TimeCount, 3, "sources of time"},
                                                 {CheckName::Chain, 4, "certificate chain"},
                                                 {CheckName::Scts, 5, "certificate transparency"},
                                                 {CheckName::LeafProfile, 6, "certificate profile"},
                                                 {CheckName::Identity, 7, "identity"},
                                                 {CheckName::Algorithm, 8, "algorithm"},
                                                 {CheckName::Signature, 8, "signature"},
                                                 {CheckName::Artifact, 8, "artifact"}}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows.at(i).name) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

const Row& row_of(CheckName name) { return kRows.at(static_cast<std::size_t>(name)); }

std::string sentence(const Refusal& refusal) {
  std::string text = refusal.what;
  if (!refusal.expected.empty()) text += "; expected " + refusal.expected;
  if (!refusal.found.empty()) text += "; found " + refusal.found;
  return text;
}

}  // namespace

const CheckOrder& bundle_order() {
  static constexpr CheckOrder kOrder = [] {
    CheckOrder order{};
    for (std::size_t i = 0; i < kCheckCount; ++i) order.at(i) = kRows.at(i).name;
    return order;
  }();
  return kOrder;
}

const CheckOrder& git_order() {
  static constexpr CheckOrder kOrder = [] {
    CheckOrder order{};
    const auto early = [](CheckName name) { return name == CheckName::Signature || name == CheckName::Artifact; };
    std::size_t filled = 0;
    for (const Row& row : kRows) {
      if (!early(row.name)) order.at(filled++) = row.name;
      if (row.name != CheckName::KeyMaterial) continue;
      for (const CheckName name : {CheckName::Signature, CheckName::Artifact}) order.at(filled++) = name;
    }
    return order;
  }();
  return kOrder;
}

std::string_view check_text(CheckName name) { return row_of(name).text; }

int check_step(CheckName name) { return row_of(name).step; }

std::string_view outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed:
      return "passed";
    case Outcome::Refused:
      return "refused";
    case Outcome::NotReached:
      return "not reached";
    case Outcome::NotAskedFor:
      break;
  }
  return "not asked for";
}

void Findings::pass(CheckName name, std::string detail) {
  checks_.push_back({.name = name, .outcome = Outcome::Passed, .detail = std::move(detail)});
}

void Findings::skip(CheckName name, std::string why) {
  checks_.push_back({.name = name, .outcome = Outcome::NotAskedFor, .detail = std::move(why)});
}

std::unexpected<Refusal> Findings::refuse(CheckName name, Refusal refusal) {
  checks_.push_back({.name = name, .outcome = Outcome::Refused, .detail = sentence(refusal)});
  return refused(std::move(refusal));
}

std::ptrdiff_t Findings::place_of(CheckName name) const { return std::ranges::find(order_, name) - order_.begin(); }

std::vector<Check> Findings::finish() && {
  const auto refusal = std::ranges::find(checks_, Outcome::Refused, &Check::outcome);
  const auto refused_at =
      refusal == checks_.end() ? std::numeric_limits<std::ptrdiff_t>::max() : place_of(refusal->name);
  for (const CheckName name : order_) {
    if (std::ranges::find(checks_, name, &Check::name) != checks_.end()) continue;
    const auto place = place_of(name);
    Check missing{.name = name};
    // Its turn came, and there was nothing to look at.
    if (place < refused_at) missing = {name, Outcome::NotAskedFor, "the bundle has none"};
    const auto later = [&](const Check& check) { return place_of(check.name) > place; };
    checks_.insert(std::ranges::find_if(checks_, later), std::move(missing));
  }
  return std::move(checks_);
}

}  // namespace signet::sigstore
