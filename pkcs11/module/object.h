// Objects of a token as a session sees them: finding them, and reading their attributes within bounds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/module/session.h"

namespace signet::pkcs11 {

/// An object handle; valid as long as the login and the session under which it was found.
struct Object {
  CK_OBJECT_HANDLE handle = 0;
};

/// Objects of one class, and with one CKA_ID where `id` is given. Login decides whether private ones are seen.
///
/// @error LimitExceeded  more than 1,000 objects
/// @error any of return_values.h
[[nodiscard]] Result<std::vector<Object>> find_objects(const Session& session, CK_OBJECT_CLASS object_class,
                                                       std::optional<ByteView> id = std::nullopt);

/// An attribute as bytes; empty where the object does not have it or does not show it.
///
/// @error LimitExceeded  longer than 64 KiB
/// @error KeyUnsuitable  the module does not know objects of this kind
/// @error any of return_values.h
[[nodiscard]] Result<Bytes> read_bytes(const Session& session, Object object, CK_ATTRIBUTE_TYPE type);

/// An attribute of type CK_BBOOL; nothing where the object does not have it.
[[nodiscard]] Result<std::optional<bool>> read_flag(const Session& session, Object object, CK_ATTRIBUTE_TYPE type);

/// An attribute of type CK_ULONG; nothing where the object does not have it.
[[nodiscard]] Result<std::optional<CK_ULONG>> read_number(const Session& session, Object object,
                                                          CK_ATTRIBUTE_TYPE type);

/// CKA_LABEL as text that JSON can carry.
[[nodiscard]] Result<std::string> read_label(const Session& session, Object object);

/// An outside text that is not UTF-8 made so; one that is stays as it is.
[[nodiscard]] std::string utf8_text(std::string_view text);

}  // namespace signet::pkcs11
