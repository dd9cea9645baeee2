// The rules that a configuration must keep beyond its shape. Private to config/.
#pragma once

#include <string_view>

#include "config/configuration.h"
#include "config/table_reader.h"

namespace signet::config {

/// A variable that [module.*] env may set: none of the dynamic loader's, which would bring foreign code in by another
/// door.
[[nodiscard]] bool may_be_set_for_module(std::string_view variable);

/// "pcsc", "tpm", "usb" or "tcp:HOST:PORT".
[[nodiscard]] bool is_module_need(std::string_view need);

/// Checks one identity against what it refers to and those that were read before it, and finds the token that its key
/// lies on.
void check_identity(Identity& identity, const Configuration& configuration, TableReader& table);

/// Checks default_identity, once all identities are read.
void check_default(const Configuration& configuration, TableReader& table);

}  // namespace signet::config
