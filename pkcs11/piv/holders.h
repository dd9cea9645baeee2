// Who may hold a reader for himself: PC/SC does not say, so the programs that are known to are looked for.
#pragma once

#include <string>

namespace signet::pkcs11 {

/// "scdaemon (process 1234)", several of them with commas; empty where none of the known ones runs.
[[nodiscard]] std::string likely_holders();

}  // namespace signet::pkcs11
