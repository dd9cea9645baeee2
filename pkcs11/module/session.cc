#include "pkcs11/module/session.h"

#include <utility>

#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {

Result<Session> Session::open(const Module& module, CK_SLOT_ID slot, Access access) {
  // PKCS#11 v2.40 §5.6: CKF_SERIAL_SESSION must always be set.
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (access == Access::ReadWrite ? CKF_RW_SESSION : 0);
  CK_SESSION_HANDLE handle = 0;
  const CK_RV opened = module.functions().C_OpenSession(slot, flags, nullptr, nullptr, &handle);
  if (opened != CKR_OK) return fail(error_from(opened, "C_OpenSession"));
  return Session(&module.functions(), handle);
}

Session::Session(Session&& other) noexcept
    : functions_(std::exchange(other.functions_, nullptr)), handle_(other.handle_) {}

Session& Session::operator=(Session&& other) noexcept {
  std::swap(functions_, other.functions_);
  std::swap(handle_, other.handle_);
  return *this;
}

Session::~Session() {
  if (functions_ != nullptr) (void)functions_->C_CloseSession(handle_);
}

}  // namespace signet::pkcs11
