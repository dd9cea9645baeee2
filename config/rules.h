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

/// Checks one identity against what it refers to and finds the token that its key lies on.
void check_identity(Identity& identity, const Configuration& configuration, TableReader& table);

/// Checks what only the whole shows: default_identity, uses of one key by several identities (D1).
void check_whole(const Configuration& configuration, Diagnosis& diagnosis);

}  // namespace signet::config
