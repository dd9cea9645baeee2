// A token behind a PKCS#11 module as a key store: each connection is a client of the one Token.
#pragma once

#include "pkcs11/module/token.h"
#include "pkcs11/serving/key_store.h"

namespace signet::pkcs11 {

class ModuleStore : public KeyStore {
 public:
  /// @param link  outlives it
  ModuleStore(Options options, KeeperLink& link) : token_(std::move(options), link) {}

  [[nodiscard]] std::string_view product() const override { return "signet-module"; }
  [[nodiscard]] std::unique_ptr<Visit> receive(Caller& caller) override;
  void close() override { closed_ = token_.close(); }

 private:
  Token token_;
  Turns::Alone closed_;
};

}  // namespace signet::pkcs11
