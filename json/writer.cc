#include "json/writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace signet::json {
namespace {

enum class Form { Compact, Indented, Canonical };

// The short form of an escape, or 0 where there is none (RFC 8259 §7).
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20; }

void write_escaped(char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  if (const char letter = short_escape(c); letter != 0) {
    out += letter;
    return;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  out += "u00";
  out += kHex[byte >> 4U];
  out += kHex[byte & 15U];
}

// Whole runs at once: hardly any text holds a character that needs an escape.
void write_quoted(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto special = std::ranges::find_if(text, needs_escape);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out += text.substr(0, plain);
    if (special != text.end()) write_escaped(*special, out);
    text.remove_prefix(std::min(text.size(), plain + 1));
  }
  out += '"';
}

void new_line(Form form, std::size_t depth, std::string& out) {
  if (form != Form::Indented) return;
  out += '\n';
  out.append(depth * 2, ' ');
}

template <typename Number>
std::string_view digits_of(Number number, std::array<char, 40>& buffer) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())};
}

void write_integer(std::int64_t number, std::string& out) {
  std::array<char, 40> buffer{};
  out += digits_of(number, buffer);
}

// A number that is no integer here stays none when it is read back.
void write_double(double number, std::string& out) {
  std::array<char, 40> buffer{};
  const std::string_view digits = digits_of(number, buffer);
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

// UTF-8 order is code point order; UTF-16 order differs from it only where surrogate pairs meet U+E000 and above.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto differs = std::ranges::mismatch(a, b);
  if (differs.in1 == a.end() || differs.in2 == b.end()) return a.size() < b.size();
  const auto x = static_cast<std::uint8_t>(*differs.in1);
  const auto y = static_cast<std::uint8_t>(*differs.in2);
  const bool x_is_pair = x >= 0xf0;
  const bool y_is_pair = y >= 0xf0;
  if (x_is_pair != y_is_pair && (x_is_pair ? y : x) >= 0xee) return x_is_pair;
  return x < y;
}

void write_value(const Value& value, Form form, std::size_t depth, std::string& out);

void write_array(const Array& array, Form form, std::size_t depth, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i != 0) out += ',';
    new_line(form, depth + 1, out);
    write_value(array[i], form, depth + 1, out);
  }
  if (!array.empty()) new_line(form, depth, out);
  out += ']';
}

void write_object(const Object& object, Form form, std::size_t depth, std::string& out) {
  std::vector<const Object::Member*> members;
  members.reserve(object.size());
  for (const Object::Member& member : object.members()) members.push_back(&member);
  if (form == Form::Canonical) {
    std::ranges::sort(members, [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  }
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i != 0) out += ',';
    new_line(form, depth + 1, out);
    write_quoted(members[i]->first, out);
    out += form == Form::Indented ? ": " : ":";
    write_value(members[i]->second, form, depth + 1, out);
  }
  if (!members.empty()) new_line(form, depth, out);
  out += '}';
}

void write_value(const Value& value, Form form, std::size_t depth, std::string& out) {
  if (const auto* truth = value.as_bool()) {
    out += *truth ? "true" : "false";
  } else if (const auto* integer = value.as_integer()) {
    write_integer(*integer, out);
  } else if (const auto* number = value.as_double()) {
    write_double(*number, out);
  } else if (const auto* text = value.as_string()) {
    write_quoted(*text, out);
  } else if (const auto* array = value.as_array()) {
    write_array(*array, form, depth, out);
  } else if (const auto* object = value.as_object()) {
    write_object(*object, form, depth, out);
  } else {
    out += "null";
  }
}

}  // namespace

std::string write(const Value& value) {
  std::string out;
  write_value(value, Form::Compact, 0, out);
  return out;
}

std::string write_indented(const Value& value) {
  std::string out;
  write_value(value, Form::Indented, 0, out);
  out += '\n';
  return out;
}

std::string write_canonical(const Value& value) {
  std::string out;
  write_value(value, Form::Canonical, 0, out);
  return out;
}

std::string quote(std::string_view text) {
  std::string out;
  write_quoted(text, out);
  return out;
}

}  // namespace signet::json
