// The whole of main() of signet-module and of signet-piv, which differ in their key store alone.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "pkcs11/link/options.h"
#include "pkcs11/serving/key_store.h"

namespace signet::pkcs11 {

/// Opens nothing yet: a token is opened by the first request.
using MakeKeyStore = std::function<std::unique_ptr<KeyStore>(const Options& options, KeeperLink& link)>;

/// Hardens the process before it reads an argument, confines it before `make` is called, serves until the keeper has
/// gone, and has the store closed.
///
/// @param name       the program's, for what it says
/// @param arguments  all of main()'s
/// @return           the exit status, where it serves nobody; a process that has served ends in here
[[nodiscard]] int run_child_program(std::string_view name, Program program, std::span<char*> arguments,
                                    const MakeKeyStore& make);

}  // namespace signet::pkcs11
