// One connection's conversation: org.signet.Token and org.varlink.service, one call after the other.
#pragma once

#include <string>

#include "common/unique_fd.h"
#include "pkcs11/serving/key_store.h"

namespace signet::pkcs11 {

/// Serves `socket` on the calling thread until the peer closes it or sends what is no call.
void serve_connection(UniqueFd socket, KeyStore& store, Surroundings surroundings, std::size_t seat);

/// The whole message that says "waiting", as WaitingNotices sends it.
[[nodiscard]] std::string waiting_message();

}  // namespace signet::pkcs11
