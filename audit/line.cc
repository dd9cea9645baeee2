#include "audit/line.h"

#include <utility>

#include "audit/folder.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::audit {
namespace {

using json::Fields;
using json::UnknownFields;

// A member of a member that may be missing.
void read_inner(Fields& line, std::string_view name,
                const std::initializer_list<std::pair<const char*, std::string*>>& texts) {
  const json::Value* object = line.optional_value(name);
  if (object == nullptr) return;
  Fields fields(*object, std::string(name), UnknownFields::Tolerate);
  for (const auto& [member, text] : texts) *text = fields.optional_text(member).value_or("");
  if (auto done = fields.finish(); !done) line.adopt(std::move(done.error()));
}

}  // namespace

Result<Line> parse_line(std::string_view text) {
  constexpr json::ReadLimits kLimits{.bytes = kMaxLine, .depth = 8, .values = 1000};
  const auto value = json::parse(text, kLimits);
  if (!value) return fail(value.error());
  Fields fields(*value, "line of the audit log", UnknownFields::Tolerate);
  if (fields.text("schema") != kLineSchema) fields.refuse("schema", "is not that of a line of this version");
  Line line{.sequence = fields.integer("sequence"), .event = {}};
  if (line.sequence < 0) fields.refuse("sequence", "is negative");
  auto time = parse_rfc3339(fields.text("time"));
  if (time) {
    line.time = *time;
  } else {
    fields.adopt(std::move(time.error()));
  }
  line.event = fields.text("event");
  line.request = fields.optional_text("request").value_or("");
  line.operation = fields.optional_text("operation").value_or("");
  line.identity = fields.optional_text("identity").value_or("");
  std::string note;
  read_inner(fields, "what", {{"kind", &line.kind}, {"digest", &line.digest}, {"summary", &line.summary}});
  read_inner(fields, "peer", {{"exe", &line.exe}});
  read_inner(fields, "decision", {{"answer", &line.decision}});
  read_inner(fields, "result",
             {{"answer", &line.answer}, {"error", &line.error}, {"message", &line.message}, {"note", &note}});
  if (line.message.empty()) line.message = std::move(note);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return line;
}

}  // namespace signet::audit
