#include "json/reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "common/display.h"

namespace signet::json {
namespace {

enum class Trouble { RepeatedName, NumberOutOfRange, TooDeep, TooManyValues };

// Receives the parser's events and builds the value. Names follow Boost.JSON's handler concept.
// NOLINTBEGIN(readability-identifier-naming)
struct Handler {
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  // NOLINTEND(readability-identifier-naming)
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  explicit Handler(const ReadLimits& read_limits) : limits(read_limits) {}

  bool stop(Trouble what, error_code& ec) {
    trouble = what;
    ec = boost::json::error::exception;
    return false;
  }

  bool add(Value value, error_code& ec) {
    if (++count > limits.values) return stop(Trouble::TooManyValues, ec);
    if (open.empty()) {
      root = std::move(value);
    } else if (Array* array = open.back().as_array()) {
      array->push_back(std::move(value));
    } else {
      open.back().as_object()->append_unique(std::move(names.back()), std::move(value));
      names.pop_back();
    }
    return true;
  }

  bool begin(Value container, error_code& ec) {
    if (open.size() >= limits.depth) return stop(Trouble::TooDeep, ec);
    open.push_back(std::move(container));
    return true;
  }

  bool end(error_code& ec) {
    Value done = std::move(open.back());
    open.pop_back();
    return add(std::move(done), ec);
  }

  // Sorted pointers rather than a look-up at each insertion: a hostile document with many names stays cheap.
  static bool has_repeated_name(const Object& object) {
    std::vector<std::string_view> sorted;
    sorted.reserve(object.size());
    for (const Object::Member& member : object.members()) sorted.emplace_back(member.first);
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) != sorted.end();
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return begin(Object{}, ec); }
  bool on_object_end(std::size_t, error_code& ec) {
    if (has_repeated_name(*open.back().as_object())) return stop(Trouble::RepeatedName, ec);
    return end(ec);
  }
  bool on_array_begin(error_code& ec) { return begin(Array{}, ec); }
  bool on_array_end(std::size_t, error_code& ec) { return end(ec); }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    partial.append(text.data(), text.size());
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code&) {
    partial.append(text.data(), text.size());
    names.push_back(std::exchange(partial, {}));
    return true;
  }
  bool on_string_part(string_view text, std::size_t, error_code&) {
    partial.append(text.data(), text.size());
    return true;
  }
  bool on_string(string_view text, std::size_t, error_code& ec) {
    partial.append(text.data(), text.size());
    return add(std::exchange(partial, {}), ec);
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code& ec) { return add(number, ec); }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) { return stop(Trouble::NumberOutOfRange, ec); }
  bool on_double(double number, string_view text, error_code& ec) {
    // The parser hands integers that fit no 64 bits over as doubles; they would come back as other numbers.
    const bool written_as_integer = text.find_first_of(".eE") == string_view::npos;
    if (!std::isfinite(number) || written_as_integer) return stop(Trouble::NumberOutOfRange, ec);
    return add(number, ec);
  }
  bool on_bool(bool value, error_code& ec) { return add(value, ec); }
  bool on_null(error_code& ec) { return add(nullptr, ec); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  const ReadLimits& limits;
  std::optional<Trouble> trouble;
  std::size_t count = 0;
  Value root;
  std::vector<Value> open;
  std::vector<std::string> names;
  std::string partial;
};

// " at byte 12, line 3": where the reader stopped, for a person with an editor.
std::string place_after(std::string_view read) {
  return " at byte " + std::to_string(read.size()) + ", line " + std::to_string(1 + std::ranges::count(read, '\n'));
}

std::unexpected<Error> refuse(Trouble trouble, const std::string& place) {
  switch (trouble) {
    case Trouble::RepeatedName:
      return fail(ErrorCode::InvalidRequest, "JSON object with a repeated member name" + place);
    case Trouble::NumberOutOfRange:
      return fail(ErrorCode::InvalidRequest, "JSON number outside the range of a 64-bit integer or a double" + place);
    case Trouble::TooDeep:
      return fail(ErrorCode::LimitExceeded, "JSON nested too deeply" + place);
    case Trouble::TooManyValues:
      return fail(ErrorCode::LimitExceeded, "JSON document with too many values" + place);
  }
  return fail(ErrorCode::Bug, "unknown trouble in the JSON reader");
}

}  // namespace

Result<Value> parse(std::string_view text, const ReadLimits& limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::LimitExceeded, "JSON document larger than " + std::to_string(limits.bytes) + " bytes");
  }
  if (!is_utf8(text)) return fail(ErrorCode::InvalidRequest, "JSON text is not UTF-8");
  boost::json::parse_options options;
  options.max_depth = limits.depth + 1;  // ours answers first, with its own name
  boost::json::basic_parser<Handler> parser(options, limits);
  boost::json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (const auto trouble = parser.handler().trouble) return refuse(*trouble, place_after(text.substr(0, used)));
  if (!ec && used != text.size()) return fail(ErrorCode::InvalidRequest, "data after the JSON document");
  if (ec) {
    return fail(ErrorCode::InvalidRequest, "not JSON: " + ec.message() + place_after(text.substr(0, used)));
  }
  return std::move(parser.handler().root);
}

}  // namespace signet::json
