// C_Sign never returns, while the file named by SIGNET_HANG_WHILE is there (always, where it names none).
#include <unistd.h>

#include <cstdlib>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  const char* flag = std::getenv("SIGNET_HANG_WHILE");
  if (flag == nullptr || ::access(flag, F_OK) == 0) {
    for (;;) ::pause();
  }
  return real().C_Sign(session, data, size, signature, signature_size);
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) { functions.C_Sign = sign; }

}  // namespace signet::test
