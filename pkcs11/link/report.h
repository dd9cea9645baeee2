// What the worker programs say to a person: lines on standard error, which the agent leaves to the journal.
#pragma once

#include <string_view>

#include "common/error.h"

namespace signet::pkcs11 {

inline constexpr int kStatusUsage = 2;        ///< wrong use
inline constexpr int kStatusEnvironment = 3;  ///< the system refused something that is needed

/// Writes "<program>: <text>" and a line end to standard error.
void report(std::string_view program, std::string_view text);

/// Reports an error with its remedy and yields `status`, for main() to return.
[[nodiscard]] int refuse(std::string_view program, const Error& error, int status);

/// Writes `text` to standard output; yields the exit status.
[[nodiscard]] int show(std::string_view text);

}  // namespace signet::pkcs11
