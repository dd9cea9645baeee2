// A password that is recognised and not kept.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore {

/// scrypt (RFC 7914) over a random salt.
class KnownPassword {
 public:
  /// @error Bug  no memory for it
  [[nodiscard]] static Result<KnownPassword> make(std::string_view password);

  /// Takes tens of milliseconds and 8 MiB, on purpose. False also where there is no memory for it.
  [[nodiscard]] bool matches(std::string_view password) const;

 private:
  KnownPassword(Bytes salt, Bytes derived) : salt_(std::move(salt)), derived_(std::move(derived)) {}
  Bytes salt_;
  Bytes derived_;
};

}  // namespace signet::sigstore
