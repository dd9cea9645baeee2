// What a person may do about a refusal.
#pragma once

#include <string_view>

#include "sigstore/verify/refusal.h"

namespace signet::cli {

/// One sentence for each code, never empty.
[[nodiscard]] std::string_view refusal_remedy(sigstore::RefusalCode code);

}  // namespace signet::cli
