#include "pkcs11/module/module_store.h"

#include <utility>

#include "pkcs11/module/client.h"

namespace signet::pkcs11 {
namespace {

class ModuleVisit : public Visit {
 public:
  ModuleVisit(Token& token, Caller& caller) : token_(token), client_(caller) {}
  ModuleVisit(const ModuleVisit&) = delete;
  ModuleVisit& operator=(const ModuleVisit&) = delete;
  ~ModuleVisit() override { token_.leave(client_); }

  Result<protocol::TokenInfoReply> info(Deadline deadline) override { return token_.info(client_, deadline); }
  Result<std::vector<protocol::TokenKey>> keys(Deadline deadline) override { return token_.keys(client_, deadline); }
  Result<protocol::TokenGenerateReply> generate(const protocol::TokenGenerateRequest& request,
                                                Deadline deadline) override {
    auto key = token_.generate(client_, request, deadline);
    if (!key) return fail(std::move(key.error()));
    return protocol::TokenGenerateReply{.key = std::move(*key)};
  }
  Result<Bytes> sign(const protocol::TokenSignRequest& request, Deadline deadline) override {
    return token_.sign(client_, request, deadline);
  }
  Result<protocol::TokenKey> make_session_key(const protocol::TokenSessionKeyRequest& request,
                                              Deadline deadline) override {
    return token_.make_session_key(client_, request, deadline);
  }
  Result<Bytes> sign_with_session_key(const protocol::TokenSessionSignRequest& request, Deadline deadline) override {
    return token_.sign_with_session_key(client_, request, deadline);
  }

 private:
  Token& token_;
  Client client_;
};

}  // namespace

std::unique_ptr<Visit> ModuleStore::receive(Caller& caller) { return std::make_unique<ModuleVisit>(token_, caller); }

}  // namespace signet::pkcs11
