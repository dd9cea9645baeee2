#include "sigstore/trust/time_range.h"

#include <utility>

#include "json/fields.h"

namespace signet::sigstore {
namespace {

WallTime read_time(json::Fields& fields, std::string_view name, const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time) fields.refuse(name, "is not an RFC 3339 time");
  return time.value_or(WallTime{});
}

}  // namespace

std::string describe(const TimeRange& range) {
  return encode_rfc3339(range.start) + " to " + (range.end ? encode_rfc3339(*range.end) : "no end");
}

Result<TimeRange> parse_time_range(const json::Value* value, const std::string& where, StartIs start) {
  if (value == nullptr) {
    if (start == StartIs::Optional) return TimeRange{};
    return fail(ErrorCode::InvalidRequest, where + ": member \"validFor\" is missing");
  }
  json::Fields fields(*value, where + ".validFor", json::UnknownFields::Tolerate);
  TimeRange range;
  if (start == StartIs::Mandatory || fields.has("start"))
    range.start = read_time(fields, "start", fields.text("start"));
  if (const auto end = fields.optional_text("end")) range.end = read_time(fields, "end", *end);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return range;
}

}  // namespace signet::sigstore
