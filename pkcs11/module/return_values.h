// The one table from CK_RV to an error of ours.
#pragma once

#include <span>
#include <string_view>

#include "common/error.h"
#include "pkcs11/module/cryptoki.h"

namespace signet::pkcs11 {

struct ReturnValue {
  CK_RV value;
  std::string_view name;  ///< "CKR_PIN_INCORRECT"
  ErrorCode code;
  std::string_view meaning;  ///< for a person
  std::string_view remedy;
};

/// Every return value of PKCS#11 v2.40 §5.1 that the functions which we call may yield.
[[nodiscard]] std::span<const ReturnValue> return_values();

/// The row of a value, or nullptr.
[[nodiscard]] const ReturnValue* find_return_value(CK_RV value);

/// The error for `value` from `function` ("C_Sign"). A value without a row is Bug, and the sentence shows its number:
/// it must not pass for something known.
[[nodiscard]] Error error_from(CK_RV value, std::string_view function);

/// True where C_Login has said of the PIN itself that it is no good: such a PIN is never sent again. ykcs11 says
/// CKR_ARGUMENTS_BAD of one that is too short.
[[nodiscard]] bool refuses_pin(CK_RV value);

}  // namespace signet::pkcs11
