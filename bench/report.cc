#include "bench/report.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "bench/bars.h"
#include "json/writer.h"

namespace signet::bench {
namespace {

// Only where sections were chosen: the terminal does not hear of the others.
constexpr std::string_view kLeftOut = "left out of this run";

struct Judged {
  const Bar* bar;
  std::string measured;
  std::string verdict;  ///< "pass", "miss", "not measured"
  std::string note;     ///< why it is missed or not measured
};

Judged judge(const Bar& bar, const Record& record, const Explanations& explanations) {
  const auto figure = record.figures.find(bar.key);
  if (figure == record.figures.end()) {
    const auto why = record.unmeasured.find(bar.key);
    const std::string note = why == record.unmeasured.end() ? std::string(bar.unmeasured) : why->second;
    return {
        .bar = &bar, .measured = "–", .verdict = "not measured", .note = note.empty() ? std::string(kLeftOut) : note};
  }
  if (passes(bar, figure->second)) {
    return {.bar = &bar, .measured = value_text(bar, figure->second), .verdict = "pass", .note = {}};
  }
  const auto why = explanations.find(bar.key);
  return {.bar = &bar,
          .measured = value_text(bar, figure->second),
          .verdict = "miss",
          .note = why == explanations.end() ? "nobody has said why yet: bench/explanations.txt" : why->second};
}

std::vector<Judged> judge_all(const Record& record, const Explanations& explanations) {
  std::vector<Judged> judged;
  for (const Bar& bar : bars()) judged.push_back(judge(bar, record, explanations));
  return judged;
}

std::string series_row(const Series& series) {
  const Spread spread = series.times.spread();
  const auto cell = [](double value) { return short_number(value) + " | "; };
  return "| " + series.name + " | " + std::to_string(series.clients) + " | " + std::to_string(series.times.count()) +
         " | " + cell(series.times.median()) + cell(series.times.p99()) + short_number(spread.least) + " – " +
         cell(spread.most) + short_number(series.rate()) + " |\n";
}

constexpr std::string_view kIntroduction = R"(# Benchmarks

Made by `bench/run`, which writes this page anew; do not edit it. It measures in interleaved rounds (A B C A B C …): what the machine
does besides falls on all alike. So read the ratios and differences first; the absolute numbers are those of one machine in one hour.
A difference between two things is the median, over the rounds, of the difference of their medians in the same round.

No bar buys out a check, a line in the audit log or a deadline: everything here runs with policy, audit log, deadlines and the
agent's own check of each signature, none of which can be turned off.

## Bars

| what | bar | measured | |
| --- | --- | --- | --- |
)";

constexpr std::string_view kReading = R"(
Times are of one operation, in µs; "rounds" are the smallest and the largest median of a round; the rate is of all clients together.
The key is P-256 on SoftHSM, the same for all. "bare" is the PKCS#11 module in the measuring process. ssh-agent signs by the same module
and key. The client of the agent's rows writes one message and reads one, and does nothing else. The echo is one of the two hops that a
request takes, with nothing done at its end. "The agent's own time" for a commit is measured by the client library in the measuring
process, connecting included. The services are those of the sandbox in this tree; their own time is that of both asked at once over open
connections. Memory is Private_Dirty of smaps_rollup; a process's peak is what getrusage(2) says. Real bundles:
tests/conformance/assets.

Verification in bulk against bare OpenSSL checks, and against other verifiers, is not part of this run.
)";

}  // namespace

Result<Explanations> read_explanations(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) return fail(ErrorCode::InvalidRequest, file.string() + " cannot be read");
  Explanations explanations;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto colon = line.find(": ");
    const std::string key = line.substr(0, colon);
    const auto is_key = [&key](const Bar& bar) { return bar.key == key; };
    if (colon == std::string::npos || std::ranges::none_of(bars(), is_key)) {
      return fail(ErrorCode::InvalidRequest, file.string() + ": no bar is called " + key);
    }
    explanations.emplace(key, line.substr(colon + 2));
  }
  return explanations;
}

std::string text_report(const Record& record, const Explanations& explanations) {
  std::string text;
  std::string notes;
  for (const Judged& one : judge_all(record, explanations)) {
    if (one.note == kLeftOut) continue;
    std::string verdict = one.verdict;
    verdict.resize(std::max<std::size_t>(verdict.size(), 13), ' ');
    text += verdict + std::string(one.bar->what) + ": " + one.measured + " (" + limit_text(*one.bar) + ")\n";
    if (!one.note.empty()) notes += one.verdict + ": " + std::string(one.bar->what) + ": " + one.note + "\n";
  }
  if (!notes.empty()) text += "\n" + notes;
  if (!record.facts.empty()) text += "\n";
  for (const Fact& fact : record.facts) text += fact.what + ": " + fact.value + "\n";
  return text;
}

std::string markdown_report(const Record& record, const Explanations& explanations, const std::vector<Fact>& machine) {
  std::string text(kIntroduction);
  std::string notes;
  for (const Judged& one : judge_all(record, explanations)) {
    const std::string what(one.bar->what);
    text += "| " + what + " | " + limit_text(*one.bar) + " | " + one.measured + " | " + one.verdict + " |\n";
    if (!one.note.empty()) notes += "- **" + what + "** (" + one.verdict + "): " + one.note + "\n";
  }
  if (!notes.empty()) text += "\n## What is missed or not measured, and why\n\n" + notes;
  text +=
      "\n## What was measured\n\n| what | clients | times | median | p99 | rounds | a second |\n| --- | --- | --- | "
      "--- | --- | "
      "--- | --- |\n";
  for (const Series& series : record.series) text += series_row(series);
  text += kReading;
  text += "\n## Where\n\n";
  for (const auto* facts : {&machine, &record.facts}) {
    for (const Fact& fact : *facts) text += "- " + fact.what + ": " + fact.value + "\n";
  }
  return text;
}

std::string json_report(const Record& record, const std::vector<Fact>& machine) {
  json::Array judged;
  for (const Judged& one : judge_all(record, {})) {
    json::Object object{{"key", one.bar->key},     {"what", one.bar->what},
                        {"limit", one.bar->limit}, {"sense", one.bar->sense == Sense::AtMost ? "at most" : "at least"},
                        {"unit", one.bar->unit},   {"verdict", one.verdict}};
    const auto figure = record.figures.find(one.bar->key);
    if (figure != record.figures.end()) object.set("measured", figure->second);
    judged.emplace_back(std::move(object));
  }
  json::Array measured;
  for (const Series& series : record.series) {
    const Spread spread = series.times.spread();
    measured.emplace_back(json::Object{{"name", series.name},
                                       {"clients", series.clients},
                                       {"count", static_cast<std::int64_t>(series.times.count())},
                                       {"median_us", series.times.median()},
                                       {"p99_us", series.times.p99()},
                                       {"least_round_median_us", spread.least},
                                       {"most_round_median_us", spread.most},
                                       {"rate", series.rate()}});
  }
  json::Object where;
  for (const auto* facts : {&machine, &record.facts}) {
    for (const Fact& fact : *facts) where.set(fact.what, fact.value);
  }
  return json::write(json::Object{{"schema", "signet.bench/1"},
                                  {"bars", std::move(judged)},
                                  {"series", std::move(measured)},
                                  {"where", std::move(where)}}) +
         "\n";
}

}  // namespace signet::bench
