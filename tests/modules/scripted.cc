// Writes down which functions are called, and fails the calls that a script names.
//
// SIGNET_CALL_LOG: a file to which each call of C_Initialize, C_Login, C_SignInit and C_Sign appends its name and a
// line end. SIGNET_SCRIPT: a file with lines "FUNCTION VALUE"; the first line that names a function is taken out and
// its next call yields that value instead of being made. "FUNCTION crash" ends the process.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

std::mutex one_at_a_time;

std::optional<std::string> take_line(const char* path, const std::string& function) {
  std::ifstream script(path);
  std::ostringstream rest;
  std::optional<std::string> taken;
  for (std::string line; std::getline(script, line);) {
    if (!taken && line.starts_with(function + " ")) {
      taken = line.substr(function.size() + 1);
    } else {
      rest << line << '\n';
    }
  }
  script.close();
  if (taken) std::ofstream(path, std::ios::trunc) << rest.str();
  return taken;
}

std::optional<CK_RV> note(const std::string& function) {
  const std::scoped_lock lock(one_at_a_time);
  if (const char* log = std::getenv("SIGNET_CALL_LOG")) std::ofstream(log, std::ios::app) << function << '\n';
  const char* script = std::getenv("SIGNET_SCRIPT");
  const auto line = script == nullptr ? std::nullopt : take_line(script, function);
  if (!line) return std::nullopt;
  if (*line == "crash") std::abort();
  return std::stoul(*line, nullptr, 0);
}

CK_RV initialize(void* arguments) {
  const auto value = note("C_Initialize");
  return value ? *value : real().C_Initialize(arguments);
}
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin, CK_ULONG size) {
  const auto value = note("C_Login");
  return value ? *value : real().C_Login(session, user, pin, size);
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  const auto value = note("C_SignInit");
  return value ? *value : real().C_SignInit(session, mechanism, key);
}
CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  const auto value = note("C_Sign");
  return value ? *value : real().C_Sign(session, data, size, signature, signature_size);
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) {
  functions.C_Initialize = initialize;
  functions.C_Login = login;
  functions.C_SignInit = sign_init;
  functions.C_Sign = sign;
}

}  // namespace signet::test
