// Reads the members of one object by name, remembers the first thing that was wrong, and knows what nobody asked for.
//
// A decoder is a list of getters and one finish(): after the first error every getter yields an empty value, so nothing
// needs checking in between.
//
//   Fields fields(value, "trusted root");
//   root.media_type = fields.text("mediaType");
//   for (const json::Value& log : fields.array("tlogs")) …
//   if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "json/value.h"

namespace signet::json {

enum class UnknownFields : std::uint8_t {
  Refuse,    ///< an unknown field in a request may be a restriction: to ignore it would grant what was not asked
  Tolerate,  ///< for files that grow (trusted roots) and for replies
};

class Fields {
 public:
  /// @param where  what the object is, for messages ("bundle.verificationMaterial"); `object` must outlive this reader
  Fields(const Value& object, std::string where, UnknownFields unknown = UnknownFields::Refuse);

  /// True where the member is there and is not null (null is the same as absence, as in proto JSON and Varlink).
  [[nodiscard]] bool has(std::string_view name);

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name);
  [[nodiscard]] bool boolean(std::string_view name);
  [[nodiscard]] std::optional<bool> optional_boolean(std::string_view name);
  [[nodiscard]] std::int64_t integer(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view name);
  /// A 64-bit integer as proto JSON writes it: a decimal string, or a number.
  [[nodiscard]] std::int64_t integer_text(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> optional_integer_text(std::string_view name);
  /// Canonical standard base64.
  [[nodiscard]] Bytes bytes(std::string_view name);
  [[nodiscard]] std::optional<Bytes> optional_bytes(std::string_view name);
  /// An empty array where the member is absent from optional_array().
  [[nodiscard]] const Array& array(std::string_view name);
  [[nodiscard]] const Array& optional_array(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<std::string> optional_texts(std::string_view name);
  /// The member as it is: an object that gets a Fields of its own. A null value where it is absent.
  [[nodiscard]] const Value& value(std::string_view name);
  [[nodiscard]] const Value* optional_value(std::string_view name);

  /// Records what the caller found wrong with a member; the first error wins.
  void refuse(std::string_view name, std::string_view why);
  /// Takes the error of a nested decoder over.
  void adopt(Error error);
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] bool failed() const { return error_.has_value(); }

  /// The first error, or an unknown field where they are refused.
  ///
  /// @error InvalidRequest  a member is missing, of another kind, malformed, or unknown; the message names it
  [[nodiscard]] Result<void> finish();

 private:
  const Value* take(std::string_view name);
  const Value* demand(std::string_view name, std::string_view kind);

  const Object* object_ = nullptr;
  std::string where_;
  UnknownFields unknown_;
  std::optional<Error> error_;
  std::vector<std::string> asked_;  // owned: a caller may hand a temporary name
};

}  // namespace signet::json
