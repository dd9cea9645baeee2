// PKCS#11 modules for tests: each forwards to a real module and differs from it in one thing.
//
// The real one is named by SIGNET_REAL_MODULE (default: SoftHSM). A module with a new fault is one .cc file that
// defines install_fault(), and one line in CMakeLists.txt.
#pragma once

#include <p11-kit/pkcs11.h>

namespace signet::test {

/// The functions of the real module.
[[nodiscard]] const CK_FUNCTION_LIST& real();

/// Defined by each module: replaces the functions that are to be different. Called once, when the module is loaded.
void install_fault(CK_FUNCTION_LIST& functions);

}  // namespace signet::test
