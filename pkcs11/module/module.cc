#include "pkcs11/module/module.h"

#include <dlfcn.h>
#include <libp11.h>
#include <openssl/err.h>

#include <utility>

#include "common/display.h"
#include "pkcs11/module/module_file.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

constexpr CK_ULONG kMaxSlots = 1000;

// libp11 queues the CK_RV as the reason of an OpenSSL error; the module itself may have left others there.
Error libp11_error(std::string_view function) {
  CK_RV value = CKR_GENERAL_ERROR;
  while (const unsigned long queued = ERR_get_error()) {
    if (ERR_GET_LIB(queued) == ERR_get_CKR_code()) value = static_cast<CK_RV>(ERR_GET_REASON(queued));
  }
  return error_from(value, function);
}

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorCode::WorkerFailed, "the module " + display_text(path.native()) + " " + why,
              "check [module] in the configuration");
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

struct ContextDeleter {
  void operator()(PKCS11_CTX* context) const { PKCS11_CTX_free(context); }
};

}  // namespace

struct Module::Loaded {
  UniqueFd file;  // stays open: its number is in the name under which the loader knows the module
  std::unique_ptr<PKCS11_CTX, ContextDeleter> context;
};

Module::Module(std::unique_ptr<Loaded> loaded, CK_FUNCTION_LIST* functions)
    : loaded_(std::move(loaded)), functions_(functions) {
  CK_INFO info{};
  if (functions_->C_GetInfo(&info) != CKR_OK) return;
  description_ = unpadded(info.manufacturerID) + " " + unpadded(info.libraryDescription) + " " +
                 std::to_string(info.libraryVersion.major) + "." + std::to_string(info.libraryVersion.minor);
}

Module::~Module() { PKCS11_CTX_unload(loaded_->context.get()); }

Result<std::unique_ptr<Module>> Module::load(const std::filesystem::path& path) {
  auto file = open_module_file(path);
  if (!file) return fail(std::move(file.error()));
  const std::string name = "/proc/self/fd/" + std::to_string(file->get());
  // RTLD_NODELETE: code that runs at exit or in a thread of the module's own must not be unmapped by a reload.
  void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return refuse(path, "cannot be loaded: " + display_text(text_or_empty(::dlerror())));
  auto* entry = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (entry == nullptr || entry(&functions) != CKR_OK || functions == nullptr) {
    ::dlclose(library);
    return refuse(path, "is no PKCS#11 module");
  }
  auto loaded = std::make_unique<Loaded>();
  loaded->file = std::move(*file);
  loaded->context.reset(PKCS11_CTX_new());
  ERR_clear_error();
  const int result = PKCS11_CTX_load(loaded->context.get(), name.c_str());
  ::dlclose(library);  // libp11 holds it, too
  if (result != 0) return fail(libp11_error("C_Initialize").during("loading " + display_text(path.native())));
  return std::unique_ptr<Module>(new Module(std::move(loaded), functions));
}

Result<std::vector<Slot>> Module::slots() {
  // libp11 takes a module without slots for one that failed, and makes room for as many as the module claims.
  CK_ULONG claimed = 0;
  const CK_RV counted = functions_->C_GetSlotList(CK_FALSE, nullptr, &claimed);
  if (counted != CKR_OK) return fail(error_from(counted, "C_GetSlotList"));
  if (claimed == 0) return std::vector<Slot>();
  if (claimed > kMaxSlots) return fail(ErrorCode::LimitExceeded, "the module shows more than 1,000 slots");
  PKCS11_SLOT* list = nullptr;
  unsigned count = 0;
  ERR_clear_error();
  if (PKCS11_enumerate_slots(loaded_->context.get(), &list, &count) != 0) return fail(libp11_error("C_GetSlotList"));
  std::vector<Slot> slots;
  for (unsigned i = 0; i < count; ++i) {
    PKCS11_SLOT& slot = list[i];
    if (slot.token == nullptr || slot.token->initialized == 0) continue;
    slots.push_back({.id = PKCS11_get_slotid_from_slot(&slot),
                     .removable = slot.removable != 0,
                     .label = text_or_empty(slot.token->label),
                     .serial = text_or_empty(slot.token->serialnr),
                     .model = text_or_empty(slot.token->model),
                     .manufacturer = text_or_empty(slot.token->manufacturer)});
  }
  PKCS11_release_all_slots(loaded_->context.get(), list, count);
  return slots;
}

}  // namespace signet::pkcs11
