#include "client/cli/output.h"

#include <unistd.h>

#include <utility>

#include "client/lib/explain.h"
#include "common/base64.h"
#include "common/bytes.h"
#include "common/display.h"
#include "json/writer.h"
#include "protocol/varlink.h"

namespace signet::cli {
namespace {

// A SAN or a sentence with two digests in it is longer than a name.
constexpr std::size_t kLongest = 1000;

}  // namespace

void Output::write(std::string_view text) const {
  if (!client::write_all(STDOUT_FILENO, text)) complete_ = false;
}

void Output::text(std::string_view text) const {
  if (json_) return client::write_stderr(text);
  write(text);
}

void Output::note(std::string_view line) const { client::write_stderr(std::string(line) + "\n"); }

void Output::object(std::string_view schema, json::Object members) const {
  if (!json_) return;
  json::Object object{{"schema", schema}};
  for (const json::Object::Member& member : members.members()) object.set(member.first, member.second);
  write(display_json(json::write(json::Value(std::move(object)))) + "\n");
}

void Output::begin_list(std::string_view schema, std::string_view member) const {
  is_first_item_ = true;
  if (json_) write("{\"schema\":" + json::quote(schema) + "," + json::quote(member) + ":[");
}

void Output::item(std::string_view item) const {
  if (!json_) return;
  write((is_first_item_ ? "" : ",") + std::string(item));
  is_first_item_ = false;
}

void Output::end_list() const {
  if (json_) write("]}\n");
}

void Output::error(const Error& error) const {
  client::write_stderr(client::explain("signet", error));
  object("signet.error/1", protocol::encode_error(error));
}

std::string list_item(json::Object object) { return display_json(json::write(json::Value(std::move(object)))); }

void set_name(json::Object& object, const std::string& member, std::string_view name) {
  object.set(member, name);
  if (!is_utf8(name)) object.set(member + "_base64", encode_base64(bytes_of(name)));
}

std::string row(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  constexpr std::size_t kColumn = 11;
  std::string line = "  " + std::string(name);
  line.append(name.size() < kColumn ? kColumn - name.size() : 1, ' ');
  return line + display_text(value, kLongest) + "\n";
}

}  // namespace signet::cli
