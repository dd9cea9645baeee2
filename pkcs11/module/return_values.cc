#include "pkcs11/module/return_values.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace signet::pkcs11 {
namespace {

using enum ErrorCode;

constexpr std::string_view kPlugIn = "plug the token in and try again";
constexpr std::string_view kOther = "end the other program that uses the token, or try again later";
constexpr std::string_view kReport = "please report this, with the module's name and version";
constexpr std::string_view kCorrectPin = "correct the PIN where it is configured, then restart the agent";
constexpr std::string_view kOtherKey = "choose another key, or another algorithm";

#define ROW(ckr, error_code, sentence, next) \
  ReturnValue { .value = (ckr), .name = #ckr, .code = (error_code), .meaning = (sentence), .remedy = (next) }
constexpr std::array kRows = {
    ROW(CKR_HOST_MEMORY, WorkerFailed, "the module ran out of memory", ""),
    ROW(CKR_SLOT_ID_INVALID, TokenRemoved, "the slot is not there any more", kPlugIn),
    ROW(CKR_GENERAL_ERROR, WorkerFailed, "the module failed and does not say why", ""),
    ROW(CKR_FUNCTION_FAILED, WorkerFailed, "the module could not do it and does not say why", ""),
    ROW(CKR_ARGUMENTS_BAD, Bug, "the module found the arguments wrong", kReport),
    ROW(CKR_NEED_TO_CREATE_THREADS, WorkerFailed, "the module wants threads of its own", kReport),
    ROW(CKR_CANT_LOCK, WorkerFailed, "the module cannot be used by several threads", kReport),
    ROW(CKR_ATTRIBUTE_READ_ONLY, KeyUnsuitable, "the token does not let an attribute be set", kOtherKey),
    ROW(CKR_ATTRIBUTE_SENSITIVE, KeyUnsuitable, "the token does not show an attribute", kOtherKey),
    ROW(CKR_ATTRIBUTE_TYPE_INVALID, KeyUnsuitable, "the token does not know an attribute", kOtherKey),
    ROW(CKR_ATTRIBUTE_VALUE_INVALID, KeyUnsuitable, "the token refuses the value of an attribute", kOtherKey),
    ROW(CKR_ACTION_PROHIBITED, KeyUnsuitable, "the token forbids it", kOtherKey),
    ROW(CKR_DATA_INVALID, KeyUnsuitable, "the key does not take this data", kOtherKey),
    ROW(CKR_DATA_LEN_RANGE, KeyUnsuitable, "the key does not take data of this length", kOtherKey),
    ROW(CKR_DEVICE_ERROR, TokenRemoved, "the token does not answer", kPlugIn),
    ROW(CKR_DEVICE_MEMORY, LimitExceeded, "the token has no room left", "delete keys that nobody needs"),
    ROW(CKR_DEVICE_REMOVED, TokenRemoved, "the token was removed", kPlugIn),
    ROW(CKR_FUNCTION_CANCELED, TouchTimeout, "it was cancelled at the token", "try again and touch the token"),
    ROW(CKR_FUNCTION_NOT_SUPPORTED, KeyUnsuitable, "the module cannot do this", kOtherKey),
    ROW(CKR_KEY_HANDLE_INVALID, KeyNotFound, "the key is not there any more", "signet key list"),
    ROW(CKR_KEY_SIZE_RANGE, KeyUnsuitable, "the token has no keys of this size", kOtherKey),
    ROW(CKR_KEY_TYPE_INCONSISTENT, KeyUnsuitable, "the key is of another type", kOtherKey),
    ROW(CKR_KEY_FUNCTION_NOT_PERMITTED, KeyUnsuitable, "the key may not sign", kOtherKey),
    ROW(CKR_MECHANISM_INVALID, KeyUnsuitable, "the token does not know the mechanism", kOtherKey),
    ROW(CKR_MECHANISM_PARAM_INVALID, KeyUnsuitable, "the token refuses the mechanism", kOtherKey),
    ROW(CKR_OBJECT_HANDLE_INVALID, KeyNotFound, "the object is not there any more", "signet key list"),
    ROW(CKR_OPERATION_ACTIVE, WorkerFailed, "the session has not ended its last operation", ""),
    ROW(CKR_OPERATION_NOT_INITIALIZED, WorkerFailed, "the session has lost its operation", ""),
    ROW(CKR_PIN_INCORRECT, PinIncorrect, "the token refused the PIN", kCorrectPin),
    ROW(CKR_PIN_INVALID, PinIncorrect, "the PIN holds characters that the token refuses", kCorrectPin),
    ROW(CKR_PIN_LEN_RANGE, PinIncorrect, "the PIN is too short or too long for the token", kCorrectPin),
    ROW(CKR_PIN_EXPIRED, PinIncorrect, "the PIN has expired", "set a new PIN with the token's own tool"),
    ROW(CKR_PIN_LOCKED, PinLocked, "the PIN is locked", "unblock it with the PUK, by the token's own tool"),
    ROW(CKR_SESSION_CLOSED, TokenRemoved, "the session was closed", kPlugIn),
    ROW(CKR_SESSION_COUNT, TokenBusy, "all sessions of the token are in use", kOther),
    ROW(CKR_SESSION_HANDLE_INVALID, TokenRemoved, "the session is not valid any more", kPlugIn),
    ROW(CKR_SESSION_PARALLEL_NOT_SUPPORTED, WorkerFailed, "the module wants no such session", kReport),
    ROW(CKR_SESSION_READ_ONLY, WorkerFailed, "the session may not write", kReport),
    ROW(CKR_SESSION_READ_WRITE_SO_EXISTS, TokenBusy, "the security officer is logged in", kOther),
    ROW(CKR_TEMPLATE_INCOMPLETE, KeyUnsuitable, "the token wants more attributes", kOtherKey),
    ROW(CKR_TEMPLATE_INCONSISTENT, KeyUnsuitable, "the token refuses the attributes together", kOtherKey),
    ROW(CKR_TOKEN_NOT_PRESENT, TokenRemoved, "the token is not there", kPlugIn),
    ROW(CKR_TOKEN_NOT_RECOGNIZED, TokenRemoved, "the module does not recognise the token", kPlugIn),
    ROW(CKR_TOKEN_WRITE_PROTECTED, KeyUnsuitable, "the token cannot be written", kOtherKey),
    ROW(CKR_USER_ALREADY_LOGGED_IN, WorkerFailed, "the user is logged in already", kReport),
    ROW(CKR_USER_NOT_LOGGED_IN, PinRequired, "nobody is logged in to the token", "give the agent the token's PIN"),
    ROW(CKR_USER_PIN_NOT_INITIALIZED, PinRequired, "the token has no user PIN yet",
        "set one with the token's own tool"),
    ROW(CKR_USER_TYPE_INVALID, WorkerFailed, "the module does not know this kind of login", kReport),
    ROW(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, TokenBusy, "somebody else is logged in", kOther),
    ROW(CKR_USER_TOO_MANY_TYPES, TokenBusy, "somebody else is logged in", kOther),
    ROW(CKR_RANDOM_NO_RNG, KeyUnsuitable, "the token has no random numbers", kOtherKey),
    ROW(CKR_DOMAIN_PARAMS_INVALID, KeyUnsuitable, "the token does not know the curve", kOtherKey),
    ROW(CKR_CURVE_NOT_SUPPORTED, KeyUnsuitable, "the token does not know the curve", kOtherKey),
    ROW(CKR_BUFFER_TOO_SMALL, WorkerFailed, "the answer is longer than any signature", kReport),
    ROW(CKR_CRYPTOKI_NOT_INITIALIZED, WorkerFailed, "the module has lost its state", ""),
    ROW(CKR_CRYPTOKI_ALREADY_INITIALIZED, WorkerFailed, "the module was started twice", kReport),
    ROW(CKR_FIPS_SELF_TEST_FAILED, WorkerFailed, "the token's self-test failed", "ask its maker"),
    ROW(CKR_LIBRARY_LOAD_FAILED, WorkerFailed, "the module could not load what it needs", ""),
    ROW(CKR_FUNCTION_REJECTED, TouchTimeout, "it was refused at the token", "try again and confirm at the token"),
    ReturnValue{.value = kTokenResourceExceeded,
                .name = "CKR_TOKEN_RESOURCE_EXCEEDED",
                .code = TokenBusy,
                .meaning = "the token is full of sessions",
                .remedy = kOther},
};
#undef ROW

}  // namespace

std::span<const ReturnValue> return_values() { return kRows; }

const ReturnValue* find_return_value(CK_RV value) {
  const auto* row = std::ranges::find(kRows, value, &ReturnValue::value);
  return row == kRows.end() ? nullptr : row;
}

Error error_from(CK_RV value, std::string_view function) {
  const std::string call(function);
  if (const ReturnValue* row = find_return_value(value)) {
    return Error{.code = row->code,
                 .what = std::string(row->meaning) + " (" + call + ": " + std::string(row->name) + ")",
                 .remedy = std::string(row->remedy)};
  }
  std::array<char, 24> number{};
  (void)std::snprintf(number.data(), number.size(), "0x%lX", value);
  return Error{.code = Bug,
               .what = "the module answered " + call + " with the unknown value " + number.data(),
               .remedy = std::string(kReport)};
}

bool refuses_pin(CK_RV value) {
  return value == CKR_ARGUMENTS_BAD || error_from(value, "").code == PinIncorrect || value == CKR_PIN_LOCKED;
}

}  // namespace signet::pkcs11
