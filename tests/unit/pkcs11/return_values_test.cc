#include "pkcs11/module/return_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "protocol/interfaces.h"

namespace signet::pkcs11 {
namespace {

using enum ErrorCode;
using ::testing::HasSubstr;

// Written down a second time on purpose: a row that is changed by accident disagrees with this list.
const std::map<CK_RV, ErrorCode> kExpected = {
    {CKR_HOST_MEMORY, WorkerFailed},
    {CKR_SLOT_ID_INVALID, TokenRemoved},
    {CKR_GENERAL_ERROR, WorkerFailed},
    {CKR_FUNCTION_FAILED, WorkerFailed},
    {CKR_ARGUMENTS_BAD, Bug},
    {CKR_NEED_TO_CREATE_THREADS, WorkerFailed},
    {CKR_CANT_LOCK, WorkerFailed},
    {CKR_ATTRIBUTE_READ_ONLY, KeyUnsuitable},
    {CKR_ATTRIBUTE_SENSITIVE, KeyUnsuitable},
    {CKR_ATTRIBUTE_TYPE_INVALID, KeyUnsuitable},
    {CKR_ATTRIBUTE_VALUE_INVALID, KeyUnsuitable},
    {CKR_ACTION_PROHIBITED, KeyUnsuitable},
    {CKR_DATA_INVALID, KeyUnsuitable},
    {CKR_DATA_LEN_RANGE, KeyUnsuitable},
    {CKR_DEVICE_ERROR, TokenRemoved},
    {CKR_DEVICE_MEMORY, LimitExceeded},
    {CKR_DEVICE_REMOVED, TokenRemoved},
    {CKR_FUNCTION_CANCELED, TouchTimeout},
    {CKR_FUNCTION_NOT_SUPPORTED, KeyUnsuitable},
    {CKR_KEY_HANDLE_INVALID, KeyNotFound},
    {CKR_KEY_SIZE_RANGE, KeyUnsuitable},
    {CKR_KEY_TYPE_INCONSISTENT, KeyUnsuitable},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, KeyUnsuitable},
    {CKR_MECHANISM_INVALID, KeyUnsuitable},
    {CKR_MECHANISM_PARAM_INVALID, KeyUnsuitable},
    {CKR_OBJECT_HANDLE_INVALID, KeyNotFound},
    {CKR_OPERATION_ACTIVE, WorkerFailed},
    {CKR_OPERATION_NOT_INITIALIZED, WorkerFailed},
    {CKR_PIN_INCORRECT, PinIncorrect},
    {CKR_PIN_INVALID, PinIncorrect},
    {CKR_PIN_LEN_RANGE, PinIncorrect},
    {CKR_PIN_EXPIRED, PinIncorrect},
    {CKR_PIN_LOCKED, PinLocked},
    {CKR_SESSION_CLOSED, TokenRemoved},
    {CKR_SESSION_COUNT, TokenBusy},
    {CKR_SESSION_HANDLE_INVALID, TokenRemoved},
    {CKR_SESSION_PARALLEL_NOT_SUPPORTED, WorkerFailed},
    {CKR_SESSION_READ_ONLY, WorkerFailed},
    {CKR_SESSION_READ_WRITE_SO_EXISTS, TokenBusy},
    {CKR_TEMPLATE_INCOMPLETE, KeyUnsuitable},
    {CKR_TEMPLATE_INCONSISTENT, KeyUnsuitable},
    {CKR_TOKEN_NOT_PRESENT, TokenRemoved},
    {CKR_TOKEN_NOT_RECOGNIZED, TokenRemoved},
    {CKR_TOKEN_WRITE_PROTECTED, KeyUnsuitable},
    {CKR_USER_ALREADY_LOGGED_IN, WorkerFailed},
    {CKR_USER_NOT_LOGGED_IN, PinRequired},
    {CKR_USER_PIN_NOT_INITIALIZED, PinRequired},
    {CKR_USER_TYPE_INVALID, WorkerFailed},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, TokenBusy},
    {CKR_USER_TOO_MANY_TYPES, TokenBusy},
    {CKR_RANDOM_NO_RNG, KeyUnsuitable},
    {CKR_DOMAIN_PARAMS_INVALID, KeyUnsuitable},
    {CKR_CURVE_NOT_SUPPORTED, KeyUnsuitable},
    {CKR_BUFFER_TOO_SMALL, WorkerFailed},
    {CKR_CRYPTOKI_NOT_INITIALIZED, WorkerFailed},
    {CKR_CRYPTOKI_ALREADY_INITIALIZED, WorkerFailed},
    {CKR_FIPS_SELF_TEST_FAILED, WorkerFailed},
    {CKR_LIBRARY_LOAD_FAILED, WorkerFailed},
    {CKR_FUNCTION_REJECTED, TouchTimeout},
    {kTokenResourceExceeded, TokenBusy},
};

class EachReturnValue : public ::testing::TestWithParam<ReturnValue> {};

TEST_P(EachReturnValue, BecomesTheErrorThatACallerCanActOn) {
  const ReturnValue& row = GetParam();
  ASSERT_TRUE(kExpected.contains(row.value));
  const Error error = error_from(row.value, "C_Sign");
  EXPECT_EQ(error.code, kExpected.at(row.value));
  EXPECT_THAT(error.what, HasSubstr(row.meaning));
  EXPECT_THAT(error.what, HasSubstr("(C_Sign: " + std::string(row.name) + ")"));
}

INSTANTIATE_TEST_SUITE_P(ReturnValues, EachReturnValue,
                         ::testing::ValuesIn(return_values().begin(), return_values().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ReturnValues, HaveOneRowEach) {
  std::set<CK_RV> seen;
  for (const ReturnValue& row : return_values()) {
    EXPECT_TRUE(seen.insert(row.value).second) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
  EXPECT_EQ(seen.size(), kExpected.size());
}

TEST(ReturnValues, WithoutARowAreBugsThatShowTheirNumber) {
  const Error error = error_from(0x80000123, "C_Sign");
  EXPECT_EQ(error.code, Bug);
  EXPECT_EQ(error.what, "the module answered C_Sign with the unknown value 0x80000123");
  EXPECT_EQ(find_return_value(0x80000123), nullptr);
}

TEST(ReturnValues, BecomeOnlyErrorsThatTheInterfaceDeclares) {
  const auto interface = protocol::parse_interface(protocol::kTokenInterface);
  ASSERT_TRUE(interface);
  for (const ReturnValue& row : return_values()) {
    const auto name = std::string(error_name(row.code));
    EXPECT_NE(std::ranges::find(interface->errors, name), interface->errors.end()) << row.name << " is " << name;
  }
}

TEST(ReturnValues, ThatRefuseAPinAreKnown) {
  for (const CK_RV value :
       {CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED, CKR_ARGUMENTS_BAD}) {
    EXPECT_TRUE(refuses_pin(value)) << value;
  }
  for (const CK_RV value : {CKR_OK, CKR_USER_ALREADY_LOGGED_IN, CKR_DEVICE_ERROR, CKR_GENERAL_ERROR}) {
    EXPECT_FALSE(refuses_pin(value)) << value;
  }
}

}  // namespace
}  // namespace signet::pkcs11
