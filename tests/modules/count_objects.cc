// Forwards everything; whenever objects were made or destroyed or a session was closed, writes how many objects the
// token shows to a user who is logged in, those of sessions included, into the file named by SIGNET_OBJECT_COUNT, one
// line for each time.
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

unsigned long count_all(CK_SLOT_ID slot) {
  CK_SESSION_HANDLE session = 0;
  if (real().C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session) != CKR_OK) return 0;
  unsigned long all = 0;
  if (real().C_FindObjectsInit(session, nullptr, 0) == CKR_OK) {
    CK_OBJECT_HANDLE object = 0;
    for (CK_ULONG found = 1; real().C_FindObjects(session, &object, 1, &found) == CKR_OK && found == 1;) ++all;
    (void)real().C_FindObjectsFinal(session);
  }
  (void)real().C_CloseSession(session);
  return all;
}

CK_SLOT_ID slot_of(CK_SESSION_HANDLE session) {
  CK_SESSION_INFO info{};
  return real().C_GetSessionInfo(session, &info) == CKR_OK ? info.slotID : 0;
}

void write_count(CK_SLOT_ID slot) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const char* path = std::getenv("SIGNET_OBJECT_COUNT");
  std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "ae");
  if (file == nullptr) return;
  std::fprintf(file, "%lu\n", count_all(slot));
  std::fclose(file);
}

CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* shown, CK_ULONG shown_count,
               CK_ATTRIBUTE* hidden, CK_ULONG hidden_count, CK_OBJECT_HANDLE* public_half,
               CK_OBJECT_HANDLE* private_half) {
  const CK_RV made =
      real().C_GenerateKeyPair(session, mechanism, shown, shown_count, hidden, hidden_count, public_half, private_half);
  write_count(slot_of(session));
  return made;
}

CK_RV destroy(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  const CK_RV destroyed = real().C_DestroyObject(session, object);
  write_count(slot_of(session));
  return destroyed;
}

CK_RV close(CK_SESSION_HANDLE session) {
  const CK_SLOT_ID slot = slot_of(session);
  const CK_RV closed = real().C_CloseSession(session);
  write_count(slot);
  return closed;
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) {
  functions.C_GenerateKeyPair = generate;
  functions.C_DestroyObject = destroy;
  functions.C_CloseSession = close;
}

}  // namespace signet::test
