// Loads the PKCS#11 module that its argument names, says so, and waits for the end of its standard input: what a
// process weighs that holds the module and does nothing.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  void* library = argc == 2 ? ::dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (library == nullptr) return 2;
  CK_FUNCTION_LIST* functions = nullptr;
  const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (list == nullptr || list(&functions) != CKR_OK || functions->C_Initialize(nullptr) != CKR_OK) return 3;
  (void)std::puts("loaded");
  (void)std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
