#include "bench/bare_module.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "bench/record.h"
#include "common/random.h"
#include "pkcs11/keys/ecdsa_signature.h"

namespace signet::bench {
namespace {

constexpr std::size_t kFieldSize = 32;
constexpr std::size_t kPointSize = 65;

void must(CK_RV result, const char* what) {
  if (result != CKR_OK) give_up(std::string(what) + " yields " + std::to_string(result));
}

CK_FUNCTION_LIST* load() {
  void* library = ::dlopen(std::string(test::kSoftHsmModule).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) give_up("SoftHSM cannot be loaded");
  CK_FUNCTION_LIST* functions = nullptr;
  must(reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"))(&functions), "C_GetFunctionList");
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  must(functions->C_Initialize(&arguments), "C_Initialize");
  return functions;
}

CK_SLOT_ID slot_of(const CK_FUNCTION_LIST& functions, const std::string& label) {
  std::array<CK_SLOT_ID, 16> slots{};
  CK_ULONG count = slots.size();
  must(functions.C_GetSlotList(CK_TRUE, slots.data(), &count), "C_GetSlotList");
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    must(functions.C_GetTokenInfo(slots.at(i), &info), "C_GetTokenInfo");
    if (std::string_view(reinterpret_cast<const char*>(info.label), label.size()) == label) return slots.at(i);
  }
  give_up("the token has gone");
}

CK_SESSION_HANDLE open_session(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
  CK_SESSION_HANDLE session = 0;
  must(functions.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session), "C_OpenSession");
  return session;
}

CK_OBJECT_HANDLE find(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted) {
  CK_ATTRIBUTE attribute{.type = CKA_CLASS, .pValue = &wanted, .ulValueLen = sizeof(wanted)};
  must(functions.C_FindObjectsInit(session, &attribute, 1), "C_FindObjectsInit");
  CK_OBJECT_HANDLE object = 0;
  CK_ULONG count = 0;
  must(functions.C_FindObjects(session, &object, 1, &count), "C_FindObjects");
  must(functions.C_FindObjectsFinal(session), "C_FindObjectsFinal");
  if (count != 1) give_up("the token's key is not there");
  return object;
}

// RFC 5480: the one SPKI of a P-256 key, around its point (X9.62, uncompressed, 65 bytes).
Bytes spki_around(ByteView point) {
  Bytes spki = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
  append(spki, point);
  return spki;
}

sigstore::PublicKey read_key(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE session) {
  std::array<std::uint8_t, 128> buffer{};
  CK_ATTRIBUTE point{.type = CKA_EC_POINT, .pValue = buffer.data(), .ulValueLen = buffer.size()};
  must(functions.C_GetAttributeValue(session, find(functions, session, CKO_PUBLIC_KEY), &point, 1), "CKA_EC_POINT");
  // An OCTET STRING around the point.
  if (point.ulValueLen != kPointSize + 2) give_up("the token's key is not a P-256 key");
  auto key = sigstore::PublicKey::from_spki(spki_around(ByteView(buffer).subspan(2, kPointSize)));
  if (!key) give_up(key.error().sentence());
  return *key;
}

}  // namespace

class BareModule::Session {
 public:
  Session(const CK_FUNCTION_LIST& list, CK_SLOT_ID slot, CK_OBJECT_HANDLE key)
      : functions(list), handle(open_session(list, slot)), object(key) {}
  ~Session() { (void)functions.C_CloseSession(handle); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const CK_FUNCTION_LIST& functions;
  CK_SESSION_HANDLE handle;
  CK_OBJECT_HANDLE object;
};

struct BareModule::State {
  CK_FUNCTION_LIST* functions = nullptr;
  CK_SLOT_ID slot = 0;
  CK_SESSION_HANDLE session = 0;  ///< keeps the login
  CK_OBJECT_HANDLE object = 0;
  std::optional<sigstore::PublicKey> key;
};

BareModule::BareModule(const test::SoftHsm& token) : state_(std::make_unique<State>()) {
  ::setenv("SOFTHSM2_CONF", token.configuration().c_str(), 1);
  state_->functions = load();
  const CK_FUNCTION_LIST& functions = *state_->functions;
  state_->slot = slot_of(functions, token.label());
  state_->session = open_session(functions, state_->slot);
  std::string pin = token.pin();
  must(functions.C_Login(state_->session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size()), "C_Login");
  state_->object = find(functions, state_->session, CKO_PRIVATE_KEY);
  state_->key = read_key(functions, state_->session);
}

BareModule::~BareModule() = default;

const sigstore::PublicKey& BareModule::key() const { return *state_->key; }

std::shared_ptr<BareModule::Session> BareModule::open() const {
  return std::make_shared<Session>(*state_->functions, state_->slot, state_->object);
}

Bytes BareModule::sign(Session& session, const Digest& digest) {
  CK_MECHANISM mechanism{.mechanism = CKM_ECDSA, .pParameter = nullptr, .ulParameterLen = 0};
  Bytes data = to_bytes(digest.bytes());
  std::array<CK_BYTE, 2 * kFieldSize> raw{};
  CK_ULONG size = raw.size();
  must(session.functions.C_SignInit(session.handle, &mechanism, session.object), "C_SignInit");
  must(session.functions.C_Sign(session.handle, data.data(), data.size(), raw.data(), &size), "C_Sign");
  auto der = pkcs11::der_from_raw_ecdsa(ByteView(raw).first(size), kFieldSize);
  if (!der) give_up(der.error().sentence());
  return std::move(*der);
}

Digests::Digests() {
  const Bytes start = random_bytes(bytes_.size());
  std::copy(start.begin(), start.end(), bytes_.begin());
}

Digest Digests::next() {
  for (std::uint8_t& byte : bytes_) {
    if (++byte != 0) break;
  }
  return Digest::from_sha256(bytes_);
}

}  // namespace signet::bench
