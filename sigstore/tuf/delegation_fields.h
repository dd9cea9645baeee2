// The members of TUF metadata that speak of keys and of whom they are given to. For metadata.cc alone.
//
// Each reads members of `fields`; what is wrong with them is the reader's first error.
#pragma once

#include "json/fields.h"
#include "sigstore/tuf/metadata.h"

namespace signet::sigstore::tuf {

/// `keys`: key objects by key id.
[[nodiscard]] Keys read_keys(json::Fields& fields);

/// `keyids` and `threshold`.
[[nodiscard]] RoleKeys read_role_keys(json::Fields& fields);

/// `delegations`, which may be absent. A delegated role has no name of a role of the root's, and none twice.
void read_delegations(json::Fields& fields, Targets& targets);

}  // namespace signet::sigstore::tuf
