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

  /// The same where the object's last member is a list: its items are written one by one, and none is kept.
  void begin_list(std::string_view schema, std::string_view member) const;
  /// @param item  as list_item() yields it
  void item(std::string_view item) const;
  void end_list() const;

  /// An error: for people on stderr, and with --json as the object "signet.error/1".
  void error(const Error& error) const;

 private:
  void write(std::string_view text) const;

  bool json_;
  mutable bool complete_ = true;
  mutable bool is_first_item_ = true;
};

/// An object as Output::item() writes it, safe to show.
[[nodiscard]] std::string list_item(json::Object object);

/// A name of the file system as a member: the text of it, and where it is not UTF-8, which JSON cannot hold, its exact
/// bytes beside it as NAME_base64.
void set_name(json::Object& object, const std::string& member, std::string_view name);

/// "  name      value\n" with the value made safe to show; nothing where it is empty.
[[nodiscard]] std::string row(std::string_view name, std::string_view value);

}  // namespace signet::cli
