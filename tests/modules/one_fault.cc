#include "tests/modules/one_fault.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace signet::test {
namespace {

const CK_FUNCTION_LIST* load_real() {
  const char* path = std::getenv("SIGNET_REAL_MODULE");
  void* library = ::dlopen(path == nullptr ? "/usr/lib/softhsm/libsofthsm2.so" : path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "one-fault module: %s\n", ::dlerror());
    std::abort();
  }
  CK_FUNCTION_LIST* list = nullptr;
  reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"))(&list);
  return list;
}

}  // namespace

const CK_FUNCTION_LIST& real() {
  static const CK_FUNCTION_LIST* const kReal = load_real();
  return *kReal;
}

}  // namespace signet::test

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static CK_FUNCTION_LIST functions = [] {
    CK_FUNCTION_LIST copy = signet::test::real();
    signet::test::install_fault(copy);
    return copy;
  }();
  *list = &functions;
  return CKR_OK;
}
