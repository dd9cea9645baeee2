// The rules that a configuration must keep beyond its shape. Private to config/.
#pragma once

#include <string_view>

#include "config/configuration.h"
#include "config/table_reader.h"

namespace signet::config {

/// A URL that [instance.*] tuf may have: HTTPS, or HTTP to this machine alone; no user name, no blanks.
[[nodiscard]] bool is_repository_url(std::string_view url);

/// A URL that paths can be added to: no query, no fragment, and a port, where there is one, of 1 to 65535.
///
/// @param url  is_repository_url()
[[nodiscard]] bool is_base_url(std::string_view url);

/// A variable that [module.*] env may set: none of the dynamic loader's, which would bring foreign code in by another
/// door.
[[nodiscard]] bool may_be_set_for_module(std::string_view variable);

/// "pcsc", "tpm", "usb" or "tcp:HOST:PORT".
[[nodiscard]] bool is_module_need(std::string_view need);

/// Finds the token that the identity's key lies on.
void find_token(Identity& identity, const Configuration& configuration, TableReader& table);

/// Finds the token that a backup key lies on, and checks it against the identity's other keys.
///
/// @param identity  as far as it was read: the keys that come before this one
/// @param table     the backup's own
void check_backup(IdentityKey& key, const Identity& identity, const Configuration& configuration, TableReader& table);

/// Checks one identity against what it refers to and those that were read before it.
void check_identity(const Identity& identity, const Configuration& configuration, TableReader& table);

/// Checks default_identity, once all identities are read.
void check_default(const Configuration& configuration, TableReader& table);

}  // namespace signet::config
