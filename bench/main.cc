// signet-bench: measures the bars of bench/bars.cc. bench/run builds and starts it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/machine.h"
#include "bench/report.h"
#include "bench/sections.h"

namespace {

using namespace signet::bench;

constexpr std::string_view kHelp =
    R"(usage: signet-bench [--quick] [--docs FILE] [--json FILE] [--only SECTION]…

  --quick         fewer rounds: says whether it works, not how fast
  --docs FILE     writes the page docs/benchmarks.md there
  --json FILE     writes everything as one JSON object
  --only SECTION  signatures, git, verification, batch, memory, ssh or isolation

exit status: 0 measured, whatever came out; 2 wrong use; 3 something could not be measured
)";

struct Options {
  bool quick = false;
  std::optional<std::filesystem::path> docs;
  std::optional<std::filesystem::path> json;
  std::vector<std::string_view> only;
};

std::optional<Options> parse(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--quick") {
      options.quick = true;
      continue;
    }
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string_view value = arguments[++i];
    if (name == "--docs") {
      options.docs = value;
    } else if (name == "--json") {
      options.json = value;
    } else if (name == "--only") {
      options.only.push_back(value);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

Record measure(const Options& options) {
  const Effort effort = options.quick ? Effort::quick() : Effort();
  const auto wants = [&options](std::string_view section) {
    return options.only.empty() || std::ranges::find(options.only, section) != options.only.end();
  };
  Record record;
  if (wants("signatures") || wants("git") || wants("verification")) {
    const auto house = std::make_unique<House>();
    if (wants("signatures")) measure_signatures(*house, effort, record);
    if (wants("git")) measure_git(*house, effort, record);
    if (wants("git")) measure_rebase(*house, effort, record);
    if (wants("verification")) measure_verification(*house, effort, record);
  }
  if (wants("batch")) measure_batch(effort, record);
  if (wants("memory")) measure_memory(effort, record);
  if (wants("ssh")) measure_ssh_list(effort, record);
  if (wants("isolation")) measure_isolation(effort, record);
  return record;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!(file << text).flush()) give_up(path.string() + " cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse({argv + 1, argv + argc});
  if (!options) {
    (void)std::fputs(std::string(kHelp).c_str(), stderr);
    return 2;
  }
  const auto explanations = read_explanations(SIGNET_SOURCE_DIR "/bench/explanations.txt");
  if (!explanations) give_up(explanations.error().sentence());
  const auto machine = machine_facts();
  const Record record = measure(*options);
  (void)std::fputs(text_report(record, *explanations).c_str(), stdout);
  if (options->docs) write_file(*options->docs, markdown_report(record, *explanations, machine));
  if (options->json) write_file(*options->json, json_report(record, machine));
  return 0;
}
