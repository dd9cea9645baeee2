#include "json/value.h"

#include <algorithm>
#include <array>

namespace signet::json {

Object::Object() = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

Object::Object(std::initializer_list<Member> members) {
  for (const Member& member : members) set(member.first, member.second);
}

const Value* Object::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::first);
  return found == members_.end() ? nullptr : &found->second;
}

Value* Object::find(std::string_view name) {
  const auto found = std::ranges::find(members_, name, &Member::first);
  return found == members_.end() ? nullptr : &found->second;
}

void Object::set(std::string name, Value value) {
  const auto found = std::ranges::find(members_, name, &Member::first);
  if (found != members_.end()) {
    found->second = std::move(value);
  } else {
    append_unique(std::move(name), std::move(value));
  }
}

std::size_t Object::size() const { return members_.size(); }

void Object::append_unique(std::string name, Value value) { members_.emplace_back(std::move(name), std::move(value)); }

bool Object::operator==(const Object& other) const { return members_ == other.members_; }

std::string_view Value::kind() const {
  constexpr std::array<std::string_view, 7> kNames = {"null", "bool", "integer", "number", "string", "array", "object"};
  return kNames.at(data_.index());
}

}  // namespace signet::json
