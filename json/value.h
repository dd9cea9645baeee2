// A JSON document in memory: a small value type of our own, so that nobody includes a JSON library.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace signet::json {

class Value;
using Array = std::vector<Value>;

/// An object's members in the order in which they stand. Names are unique: the reader refuses repeated ones, set()
/// replaces.
class Object {
 public:
  using Member = std::pair<std::string, Value>;

  Object();
  Object(std::initializer_list<Member> members);
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  /// The member of that name, or nullptr. Linear: objects that are looked into have few members.
  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  /// Adds a member, or replaces the one of that name.
  void set(std::string name, Value value);
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] std::size_t size() const;

  /// For the reader alone, which has made sure that names are unique.
  void append_unique(std::string name, Value value);

  bool operator==(const Object& other) const;

 private:
  std::vector<Member> members_;
};

/// null, bool, a 64-bit integer, another finite number, a string (UTF-8), an array or an object.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}                     // NOLINT(google-explicit-constructor): literals read as JSON
  Value(bool value) : data_(value) {}          // NOLINT(google-explicit-constructor)
  Value(std::int64_t value) : data_(value) {}  // NOLINT(google-explicit-constructor)
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Value(double value) : data_(value) {}                          // NOLINT(google-explicit-constructor)
  Value(std::string value) : data_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Value(std::string_view value) : data_(std::string(value)) {}   // NOLINT(google-explicit-constructor)
  Value(const char* value) : data_(std::string(value)) {}        // NOLINT(google-explicit-constructor)
  Value(Array value) : data_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Value(Object value) : data_(std::move(value)) {}               // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  /// Each as_x() yields nullptr when the value is of another kind.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data_); }
  [[nodiscard]] const double* as_double() const { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] std::string* as_string() { return std::get_if<std::string>(&data_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

  /// "null", "bool", "integer", "number", "string", "array" or "object": for messages.
  [[nodiscard]] std::string_view kind() const;

  bool operator==(const Value& other) const = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> data_ = nullptr;
};

}  // namespace signet::json
