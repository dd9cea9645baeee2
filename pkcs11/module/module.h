// A loaded and initialised PKCS#11 module: the bottom of the tower module, slot, session, object, signing key.
//
// libp11 loads and initialises it and lists slots and tokens; everything else goes through the module's own function
// list (docs/decisions/: libp11 0.4.12 neither recovers sessions nor knows context-specific logins).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/error.h"
#include "pkcs11/module/cryptoki.h"

namespace signet::pkcs11 {

/// One slot that holds an initialised token. The texts are as the token has them: hostile.
struct Slot {
  CK_SLOT_ID id = 0;
  bool removable = false;
  std::string label{};
  std::string serial{};
  std::string model{};
  std::string manufacturer{};
};

/// Owns the module from C_Initialize to C_Finalize. Not thread-safe; functions() may be called by several threads, for
/// the module is told that it has to lock (CKF_OS_LOCKING_OK).
class Module {
 public:
  /// @error WorkerFailed  the file is refused (module_file.h), is no PKCS#11 module, or C_Initialize failed
  [[nodiscard]] static Result<std::unique_ptr<Module>> load(const std::filesystem::path& path);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const CK_FUNCTION_LIST& functions() const { return *functions_; }
  /// Maker, description and version, as C_GetInfo has them.
  [[nodiscard]] const std::string& description() const { return description_; }

  /// Looks at all slots anew: with some modules C_GetSlotList alone notices that a card came or went
  /// (virtual-tokens §3.1).
  ///
  /// @error LimitExceeded  more than 1,000 slots
  /// @error any of return_values.h
  [[nodiscard]] Result<std::vector<Slot>> slots();

 private:
  struct Loaded;
  Module(std::unique_ptr<Loaded> loaded, CK_FUNCTION_LIST* functions);

  std::unique_ptr<Loaded> loaded_;
  CK_FUNCTION_LIST* functions_;
  std::string description_;
};

}  // namespace signet::pkcs11
