// What an identity's key may do over SSH: the table [identity.*.ssh], and [ssh]. Private to config/.
#pragma once

#include "config/configuration.h"
#include "config/table_reader.h"

namespace signet::config {

/// Reads the table `ssh` of an identity, where there is one. What is wrong is recorded in the reader.
void read_ssh_rules(Identity& identity, TableReader& table, Diagnosis& diagnosis);

/// Reads [ssh].
void read_ssh(Configuration& configuration, TableReader& table);

}  // namespace signet::config
