// A PKCS#11 session: what an operation runs in.
#pragma once

#include "common/error.h"
#include "pkcs11/module/cryptoki.h"
#include "pkcs11/module/module.h"

namespace signet::pkcs11 {

enum class Access : std::uint8_t { ReadOnly, ReadWrite };

/// Owns one session from C_OpenSession to C_CloseSession. It carries one operation at a time, so one thread uses it at
/// a time. The module outlives it.
class Session {
 public:
  /// @error any of return_values.h; TokenBusy where the token has no session left
  [[nodiscard]] static Result<Session> open(const Module& module, CK_SLOT_ID slot, Access access);

  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const CK_FUNCTION_LIST& functions() const { return *functions_; }
  [[nodiscard]] CK_SESSION_HANDLE handle() const { return handle_; }

  /// Gives the handle up without closing it: after C_CloseAllSessions or a reload of the module the number may belong
  /// to a session that was opened since.
  void abandon() noexcept { functions_ = nullptr; }

 private:
  Session(const CK_FUNCTION_LIST* functions, CK_SESSION_HANDLE handle) : functions_(functions), handle_(handle) {}

  const CK_FUNCTION_LIST* functions_;  // nullptr: nothing to close
  CK_SESSION_HANDLE handle_;
};

}  // namespace signet::pkcs11
