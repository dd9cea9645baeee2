#include "json/fields.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base64.h"
#include "common/display.h"

namespace signet::json {
namespace {

const Array kNoArray;
const Value kNoValue;

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool canonical = text == "0" || (!text.starts_with('0') && !text.starts_with("-0") && !text.starts_with('+'));
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || !canonical) return std::nullopt;
  return number;
}

}  // namespace

Fields::Fields(const Value& object, std::string where, UnknownFields unknown)
    : object_(object.as_object()), where_(std::move(where)), unknown_(unknown) {
  if (object_ == nullptr) {
    error_ = Error{.code = ErrorCode::InvalidRequest,
                   .what = where_ + " is not a JSON object but " + std::string(object.kind())};
  }
}

const Value* Fields::take(std::string_view name) {
  asked_.emplace_back(name);
  if (error_ || object_ == nullptr) return nullptr;
  const Value* value = object_->find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const Value* Fields::demand(std::string_view name, std::string_view kind) {
  const Value* value = take(name);
  if (value == nullptr) {
    refuse(name, "is missing");
  } else if (!kind.empty() && value->kind() != kind) {
    refuse(name, "is not of kind " + std::string(kind));
    return nullptr;
  }
  return value;
}

void Fields::refuse(std::string_view name, std::string_view why) {
  if (error_) return;
  error_ = Error{.code = ErrorCode::InvalidRequest,
                 .what = where_ + ": member \"" + display_text(name, 60) + "\" " + std::string(why)};
}

void Fields::adopt(Error error) {
  if (!error_) error_ = std::move(error);
}

bool Fields::has(std::string_view name) { return take(name) != nullptr; }

std::string Fields::text(std::string_view name) {
  const Value* value = demand(name, "string");
  return value == nullptr ? std::string() : *value->as_string();
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return text(name);
}

bool Fields::boolean(std::string_view name) {
  const Value* value = demand(name, "bool");
  return value != nullptr && *value->as_bool();
}

std::optional<bool> Fields::optional_boolean(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return boolean(name);
}

std::int64_t Fields::integer(std::string_view name) {
  const Value* value = demand(name, "integer");
  return value == nullptr ? 0 : *value->as_integer();
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return integer(name);
}

std::int64_t Fields::integer_text(std::string_view name) {
  const Value* value = demand(name, {});
  if (value == nullptr) return 0;
  if (const auto* number = value->as_integer()) return *number;
  const auto number = value->as_string() != nullptr ? parse_decimal(*value->as_string()) : std::nullopt;
  if (!number) refuse(name, "is not a 64-bit integer");
  return number.value_or(0);
}

std::optional<std::int64_t> Fields::optional_integer_text(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return integer_text(name);
}

Bytes Fields::bytes(std::string_view name) {
  const Value* value = demand(name, "string");
  if (value == nullptr) return {};
  auto decoded = parse_base64(*value->as_string());
  if (!decoded) refuse(name, "is not canonical base64");
  return std::move(decoded).value_or(Bytes());
}

std::optional<Bytes> Fields::optional_bytes(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return bytes(name);
}

const Array& Fields::array(std::string_view name) {
  const Value* value = demand(name, "array");
  // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn): demand() yields arrays alone
  return value == nullptr ? kNoArray : *value->as_array();
}

const Array& Fields::optional_array(std::string_view name) { return has(name) ? array(name) : kNoArray; }

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> all;
  for (const Value& item : array(name)) {
    if (item.as_string() == nullptr) {
      refuse(name, "is not a list of strings");
      return {};
    }
    all.push_back(*item.as_string());
  }
  return all;
}

std::vector<std::string> Fields::optional_texts(std::string_view name) {
  return has(name) ? texts(name) : std::vector<std::string>();
}

const Value& Fields::value(std::string_view name) {
  const Value* value = demand(name, {});
  return value == nullptr ? kNoValue : *value;
}

const Value* Fields::optional_value(std::string_view name) { return take(name); }

Result<void> Fields::finish() {
  if (!error_ && unknown_ == UnknownFields::Refuse) {
    for (const Object::Member& member : object_->members()) {
      if (std::ranges::find(asked_, member.first) == asked_.end()) {
        refuse(member.first, "is not known here");
        break;
      }
    }
  }
  if (error_) return fail(*error_);
  return {};
}

}  // namespace signet::json
