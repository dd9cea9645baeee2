// What a verb says: results for people or for programs, never both on one stream (D19).
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "json/value.h"

namespace signet::cli {

class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  [[nodiscard]] bool json() const { return json_; }
  /// False where a result did not reach standard output.
  [[nodiscard]] bool complete() const { return complete_; }

  /// A result for people: stdout, or stderr where stdout is for programs. Outside text in it has passed display_text().
  void text(std::string_view text) const;

  /// Something that happens meanwhile: stderr.
  void note(std::string_view line) const;

  /// The one object for programs: written only with --json, "schema" first, and safe to show: display_json().
  void object(std::string_view schema, json::Object members) const;

  /// An error: for people on stderr, and with --json as the object "signet.error/1".
  void error(const Error& error) const;

 private:
  void write(std::string_view text) const;

  bool json_;
  mutable bool complete_ = true;
};

/// A name of the file system as a member: the text of it, and where it is not UTF-8, which JSON cannot hold, its exact
/// bytes beside it as NAME_base64.
void set_name(json::Object& object, const std::string& member, std::string_view name);

/// "  name      value\n" with the value made safe to show; nothing where it is empty.
[[nodiscard]] std::string row(std::string_view name, std::string_view value);

}  // namespace signet::cli
