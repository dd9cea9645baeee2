#include "config/table_reader.h"

#include <algorithm>

#include "common/display.h"

namespace signet::config {
namespace {

// Names end up in file names and messages.
bool is_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

// A NUL would end a path or a variable where it reaches the system.
bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// The text of a node that is one, as a configuration may hold it.
const std::string* text_of(const toml::node& node) {
  const auto* value = node.as_string();
  return value != nullptr && is_one_line(value->get()) ? &value->get() : nullptr;
}

constexpr std::string_view kNoText = "is not a string of one line";

}  // namespace

void Diagnosis::refuse(const toml::source_region& place, std::string what, std::string remedy, ErrorCode code) {
  if (error) return;
  error = Error{.code = code,
                .what = file + ":" + std::to_string(place.begin.line) + ":" + std::to_string(place.begin.column) +
                        ": " + std::move(what),
                .remedy = std::move(remedy),
                .context = {}};
}

TableReader::TableReader(const toml::table& table, std::string where, Diagnosis& diagnosis)
    : table_(&table), where_(std::move(where)), diagnosis_(&diagnosis) {}

const toml::node* TableReader::take(std::string_view key) {
  asked_.emplace_back(key);
  return table_->get(key);
}

const toml::node* TableReader::demand(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) {
    diagnosis_->refuse(table_->source(), "[" + where_ + "] needs " + std::string(key));
  }
  return node;
}

void TableReader::refuse(std::string_view key, std::string why, std::string remedy, ErrorCode code) {
  const toml::node* node = table_->get(key);
  const std::string name = display_text(key, 64);
  const std::string path = where_.empty() ? name : "[" + where_ + "] " + name;
  diagnosis_->refuse((node == nullptr ? *table_ : *node).source(), path + " " + why, std::move(remedy), code);
}

bool TableReader::has(std::string_view key) { return take(key) != nullptr; }

std::string TableReader::text(std::string_view key) {
  const toml::node* node = demand(key);
  if (node == nullptr) return {};
  const std::string* value = text_of(*node);
  if (value == nullptr) refuse(key, std::string(kNoText));
  return value == nullptr ? std::string() : *value;
}

std::string TableReader::text_or(std::string_view key, std::string_view otherwise) {
  return has(key) ? text(key) : std::string(otherwise);
}

bool TableReader::boolean_or(std::string_view key, bool otherwise) {
  const toml::node* node = take(key);
  if (node == nullptr) return otherwise;
  const auto* value = node->as_boolean();
  if (value == nullptr) refuse(key, "is neither true nor false");
  return value == nullptr ? otherwise : value->get();
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  std::vector<std::string> all;
  const toml::node* node = demand(key);
  if (node == nullptr) return all;
  const auto* array = node->as_array();
  const auto is_text = [](const toml::node& item) { return text_of(item) != nullptr; };
  if (array == nullptr || !std::ranges::all_of(*array, is_text)) {
    refuse(key, "is not a list of strings of one line");
    return all;
  }
  for (const toml::node& item : *array) all.push_back(*text_of(item));
  return all;
}

std::vector<std::string> TableReader::texts_or_none(std::string_view key) {
  return has(key) ? texts(key) : std::vector<std::string>();
}

std::vector<std::string> TableReader::text_or_texts(std::string_view key) {
  const toml::node* node = demand(key);
  if (node != nullptr && node->is_string()) return {text(key)};
  return texts(key);
}

void TableReader::each_text(std::string_view key,
                            const std::function<void(const std::string&, std::string, TableReader&)>& each) {
  const toml::table* texts = table(key);
  if (texts == nullptr) return;
  TableReader reader(*texts, where_ + "." + std::string(key), *diagnosis_);
  for (const auto& [name, node] : *texts) each(std::string(name.str()), reader.text(name.str()), reader);
}

const toml::table* TableReader::table(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return nullptr;
  if (node->as_table() == nullptr) refuse(key, "is not a table");
  return node->as_table();
}

void TableReader::each_table(std::string_view key, const std::function<void(const std::string&, TableReader&)>& each) {
  const toml::table* tables = table(key);
  if (tables == nullptr) return;
  for (const auto& [name, node] : *tables) {
    const std::string path = std::string(key) + "." + display_text(name.str(), 64);
    if (node.as_table() == nullptr) {
      diagnosis_->refuse(name.source(), path + " is not a table");
    } else if (!is_name(name.str())) {
      diagnosis_->refuse(name.source(), path + ": a name has 1 to 64 of a-z, 0-9, _ and -");
    } else {
      TableReader reader(*node.as_table(), path, *diagnosis_);
      each(std::string(name.str()), reader);
      reader.finish();
    }
  }
}

void TableReader::each_item(std::string_view key, const std::function<void(TableReader&)>& each) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const auto* array = node->as_array();
  if (array == nullptr) return refuse(key, "is not a list of tables");
  for (const toml::node& item : *array) {
    if (item.as_table() == nullptr) return refuse(key, "is not a list of tables");
    TableReader reader(*item.as_table(), where_ + "." + std::string(key), *diagnosis_);
    each(reader);
    reader.finish();
  }
}

void TableReader::finish() {
  for (const auto& [key, node] : *table_) {
    if (std::ranges::find(asked_, key.str()) != asked_.end()) continue;
    const std::string place = where_.empty() ? "" : " in [" + where_ + "]";
    diagnosis_->refuse(key.source(), "unknown key \"" + display_text(key.str(), 64) + "\"" + place,
                       "docs/configuration.md lists the keys");
    return;
  }
}

}  // namespace signet::config
