#include "pkcs11/module/object.h"

#include <array>
#include <cstring>

#include "common/display.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kMaxObjects = 1000;
constexpr std::size_t kMaxAttribute = std::size_t{64} * 1024;

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
  // CK_ATTRIBUTE serves reading and writing alike; C_FindObjectsInit only reads.
  return {.type = type, .pValue = const_cast<void*>(value), .ulValueLen = size};  // NOLINT
}

// Ends the search whatever happened in between: a session bears one.
class Search {
 public:
  explicit Search(const Session& session) : session_(session) {}
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;
  ~Search() { (void)session_.functions().C_FindObjectsFinal(session_.handle()); }

  [[nodiscard]] Result<std::vector<Object>> all() const {
    std::vector<Object> objects;
    for (;;) {
      std::array<CK_OBJECT_HANDLE, 32> handles{};
      CK_ULONG count = 0;
      const CK_RV found = session_.functions().C_FindObjects(session_.handle(), handles.data(), handles.size(), &count);
      if (found != CKR_OK) return fail(error_from(found, "C_FindObjects"));
      if (count == 0) return objects;
      if (count > handles.size() || objects.size() + count > kMaxObjects) {
        return fail(ErrorCode::LimitExceeded, "the token has more than 1,000 objects of one kind");
      }
      for (std::size_t i = 0; i < count; ++i) objects.push_back({handles.at(i)});
    }
  }

 private:
  const Session& session_;
};

bool is_absence(CK_RV value) { return value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_ATTRIBUTE_SENSITIVE; }

template <typename T>
Result<std::optional<T>> read_value(const Session& session, Object object, CK_ATTRIBUTE_TYPE type) {
  auto bytes = read_bytes(session, object, type);
  if (!bytes) return fail(std::move(bytes.error()));
  T value{};
  if (bytes->size() != sizeof(value)) return std::optional<T>();
  std::memcpy(&value, bytes->data(), sizeof(value));
  return std::optional<T>(value);
}

}  // namespace

Result<std::vector<Object>> find_objects(const Session& session, CK_OBJECT_CLASS object_class,
                                         std::optional<ByteView> id) {
  std::array<CK_ATTRIBUTE, 2> wanted = {attribute(CKA_CLASS, &object_class, sizeof(object_class))};
  if (id) wanted[1] = attribute(CKA_ID, id->data(), id->size());
  const CK_RV begun = session.functions().C_FindObjectsInit(session.handle(), wanted.data(), id ? 2 : 1);
  if (begun != CKR_OK) return fail(error_from(begun, "C_FindObjectsInit"));
  return Search(session).all();
}

Result<Bytes> read_bytes(const Session& session, Object object, CK_ATTRIBUTE_TYPE type) {
  CK_ATTRIBUTE wanted = attribute(type, nullptr, 0);
  const auto get = [&] { return session.functions().C_GetAttributeValue(session.handle(), object.handle, &wanted, 1); };
  const CK_RV measured = get();
  // PKCS#11 v2.40 §5.7: an attribute that is not there, or not shown, has the length CK_UNAVAILABLE_INFORMATION.
  if (is_absence(measured) || (measured == CKR_OK && wanted.ulValueLen == CK_UNAVAILABLE_INFORMATION)) return Bytes();
  // ykcs11 2.2.0 of a kind of key that it does not know.
  if (measured == CKR_FUNCTION_FAILED) {
    return fail(ErrorCode::KeyUnsuitable,
                "the module cannot read one of the token's keys (C_GetAttributeValue: CKR_FUNCTION_FAILED)",
                "use another key, or a newer module");
  }
  if (measured != CKR_OK) return fail(error_from(measured, "C_GetAttributeValue"));
  if (wanted.ulValueLen > kMaxAttribute) return fail(ErrorCode::LimitExceeded, "an attribute is longer than 64 KiB");
  Bytes value(wanted.ulValueLen);
  if (value.empty()) return value;
  wanted.pValue = value.data();
  const CK_RV read = get();
  if (read != CKR_OK) return fail(error_from(read, "C_GetAttributeValue"));
  if (wanted.ulValueLen > value.size()) return fail(ErrorCode::WorkerFailed, "an attribute grew while it was read");
  value.resize(wanted.ulValueLen);
  return value;
}

Result<std::optional<bool>> read_flag(const Session& session, Object object, CK_ATTRIBUTE_TYPE type) {
  auto value = read_value<CK_BBOOL>(session, object, type);
  if (!value) return fail(std::move(value.error()));
  return value->has_value() ? std::optional(**value != CK_FALSE) : std::nullopt;
}

Result<std::optional<CK_ULONG>> read_number(const Session& session, Object object, CK_ATTRIBUTE_TYPE type) {
  return read_value<CK_ULONG>(session, object, type);
}

Result<std::string> read_label(const Session& session, Object object) {
  const auto bytes = read_bytes(session, object, CKA_LABEL);
  if (!bytes) return fail(bytes.error());
  return utf8_text(text_of(*bytes));
}

std::string utf8_text(std::string_view text) {
  return is_utf8(text) ? std::string(text) : display_text(text, text.size());
}

}  // namespace signet::pkcs11
