// C_Sign waits for a finger: until the file named by SIGNET_TOUCH is there, which it takes away. While there is a file
// named by SIGNET_NO_TOUCH it does not wait. While there is one named by SIGNET_PULLED the token is gone.
#include <unistd.h>

#include <cstdlib>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  constexpr useconds_t kLook = 2'000;
  const char* finger = std::getenv("SIGNET_TOUCH");
  const char* none = std::getenv("SIGNET_NO_TOUCH");
  const char* pulled = std::getenv("SIGNET_PULLED");
  const auto is_gone = [pulled] { return pulled != nullptr && ::access(pulled, F_OK) == 0; };
  while (!is_gone() && ::access(none, F_OK) != 0 && ::unlink(finger) != 0) ::usleep(kLook);
  if (is_gone()) return CKR_DEVICE_REMOVED;
  return real().C_Sign(session, data, size, signature, signature_size);
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) { functions.C_Sign = sign; }

}  // namespace signet::test
