// Reads one TOML table by key, remembers the first thing that was wrong with its place, and knows what nobody asked
// for. Private to config/: the one header that sees toml++.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace signet::config {

/// The first error of a whole file, and the file's name for messages.
struct Diagnosis {
  std::string file;
  std::optional<Error> error{};
  /// Records "<file>:<line>:<column>: <what>" unless there is an error already.
  void refuse(const toml::source_region& place, std::string what, std::string remedy = {},
              ErrorCode code = ErrorCode::InvalidRequest);
};

class TableReader {
 public:
  /// @param where  the table's name in messages: "identity.work"
  TableReader(const toml::table& table, std::string where, Diagnosis& diagnosis);

  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise);
  [[nodiscard]] bool boolean_or(std::string_view key, bool otherwise);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts_or_none(std::string_view key);
  /// The sub-table of that key, or nullptr.
  [[nodiscard]] const toml::table* table(std::string_view key);
  /// Calls `each` with name and table of every entry of the table of tables `key`; names are checked (a-z, 0-9, _ and
  /// -).
  void each_table(std::string_view key, const std::function<void(const std::string&, TableReader&)>& each);
  /// Calls `each` for every table of the array `key`.
  void each_item(std::string_view key, const std::function<void(TableReader&)>& each);

  /// Records what is wrong with a key, at its place in the file.
  void refuse(std::string_view key, std::string why, std::string remedy = {},
              ErrorCode code = ErrorCode::InvalidRequest);
  /// Refuses every key that nobody asked for.
  void finish();
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const toml::node* take(std::string_view key);
  const toml::node* demand(std::string_view key);

  const toml::table* table_;
  std::string where_;
  Diagnosis* diagnosis_;
  std::vector<std::string> asked_;
};

}  // namespace signet::config
