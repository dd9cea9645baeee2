#include "config/pin_source.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace signet::config {
namespace {

constexpr std::chrono::hours kLongestKeep{31 * 24};

std::filesystem::path read_file_path(TableReader& table, std::string_view key, const std::filesystem::path& folder) {
  const std::filesystem::path given = table.text(key);
  if (given.empty()) table.refuse(key, "is empty");
  return given.is_absolute() ? given : folder / given;
}

// Where it lies the agent alone knows: clients read this file, too.
std::string read_credential(TableReader& table) {
  std::string name = table.text("credential");
  if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
    table.refuse("credential", "is not the name of a credential", "name it as LoadCredential= of the unit does");
  }
  return name;
}

std::vector<PinPrompt> read_prompts(TableReader& table) {
  std::vector<PinPrompt> prompts;
  for (const std::string& word : table.text_or_texts("prompt")) {
    const PinPrompt prompt = word == "pinentry" ? PinPrompt::Pinentry : PinPrompt::Terminal;
    if (word != "terminal" && word != "pinentry") table.refuse("prompt", "knows \"terminal\" and \"pinentry\" alone");
    if (std::ranges::find(prompts, prompt) != prompts.end()) table.refuse("prompt", "names something twice");
    prompts.push_back(prompt);
  }
  if (prompts.empty()) table.refuse("prompt", "is empty: leave `pin` out for the terminal");
  return prompts;
}

// As it was written before: pin = { source = "file", path = "..." }.
PinSource read_named_source(TableReader& table, const std::filesystem::path& folder) {
  if (table.text("source") != "file") {
    table.refuse("source", "is not \"file\"", "write credential = \"...\" or prompt = \"terminal\" instead");
  }
  return {.kind = PinSource::Kind::File, .path = read_file_path(table, "path", folder)};
}

}  // namespace

PinSource read_pin(TableReader& table, const std::filesystem::path& folder) {
  int sources = 0;
  for (const char* key : {"source", "file", "credential", "prompt"}) sources += table.has(key) ? 1 : 0;
  if (sources > 1) {
    table.refuse(table.has("prompt") ? "prompt" : "file", "stands beside another source of the PIN", "choose one");
  }
  if (table.has("source")) return read_named_source(table, folder);
  if (table.has("credential")) return {.kind = PinSource::Kind::Credential, .credential = read_credential(table)};
  if (table.has("prompt")) return {.prompts = read_prompts(table)};
  return {.kind = PinSource::Kind::File, .path = read_file_path(table, "file", folder)};
}

void read_pin_keep(PinSource& pin, TableReader& table) {
  if (!table.has("pin_keep")) return;
  pin.keep = parse_span(table.text("pin_keep"));
  if (!pin.keep) table.refuse("pin_keep", "is no span of time from \"1s\" to \"744h\"", "for example \"15m\"");
  if (pin.kind != PinSource::Kind::Prompt) {
    table.refuse("pin_keep", "is for PINs that a person enters",
                 "leave it out, or use pin = { prompt = \"terminal\" }");
  }
}

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (trouble != std::errc() || number < 1 || number > std::chrono::seconds(kLongestKeep).count()) return std::nullopt;
  std::chrono::seconds span{0};
  if (unit == "s") span = std::chrono::seconds(number);
  if (unit == "m") span = std::chrono::minutes(number);
  if (unit == "h") span = std::chrono::hours(number);
  if (span.count() == 0 || span > kLongestKeep) return std::nullopt;
  return span;
}

}  // namespace signet::config
