// Accepts connections and gives each a thread and a seat.
#pragma once

#include "common/error.h"
#include "common/unique_fd.h"
#include "pkcs11/serving/key_store.h"

namespace signet::pkcs11 {

/// Serves `listener` until the keeper's end of the link is closed. Every process but `client` is turned away; peers
/// beyond kSeats wait in the listener's queue. When it returns, threads may still be at work: the process must end.
///
/// @error Bug  poll(2) or accept(2) failed for good
[[nodiscard]] Result<void> serve(const UniqueFd& listener, KeyStore& store, Surroundings surroundings, pid_t client);

}  // namespace signet::pkcs11
