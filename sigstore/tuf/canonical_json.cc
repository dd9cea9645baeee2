#include "sigstore/tuf/canonical_json.h"

#include <algorithm>
#include <vector>

namespace signet::sigstore::tuf {
namespace {

void write_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// False where the value holds what the form has no way to write.
bool write_value(const json::Value& value, std::string& out);

bool write_array(const json::Array& array, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i != 0) out += ',';
    if (!write_value(array[i], out)) return false;
  }
  out += ']';
  return true;
}

bool write_object(const json::Object& object, std::string& out) {
  std::vector<const json::Object::Member*> members;
  members.reserve(object.size());
  for (const json::Object::Member& member : object.members()) members.push_back(&member);
  std::ranges::sort(members, [](const auto* a, const auto* b) { return a->first < b->first; });
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i != 0) out += ',';
    write_string(members[i]->first, out);
    out += ':';
    if (!write_value(members[i]->second, out)) return false;
  }
  out += '}';
  return true;
}

bool write_value(const json::Value& value, std::string& out) {
  if (value.as_double() != nullptr) return false;
  if (const auto* array = value.as_array()) return write_array(*array, out);
  if (const auto* object = value.as_object()) return write_object(*object, out);
  if (const auto* text = value.as_string()) {
    write_string(*text, out);
  } else if (const auto* integer = value.as_integer()) {
    out += std::to_string(*integer);
  } else if (const auto* truth = value.as_bool()) {
    out += *truth ? "true" : "false";
  } else {
    out += "null";
  }
  return true;
}

}  // namespace

Result<std::string> encode_canonical(const json::Value& value) {
  std::string out;
  if (write_value(value, out)) return out;
  return fail(ErrorCode::InvalidRequest, "what is signed holds a number that is no integer");
}

}  // namespace signet::sigstore::tuf
