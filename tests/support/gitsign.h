// gitsign as its authors built it, told of a household's services. tests/lanes/gitsign/run builds it, where there is
// Go.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/household.h"

namespace signet::test {

/// Where it would lie, with its credential cache.
[[nodiscard]] std::filesystem::path gitsign_folder();

/// For git and gitsign, beside the household's own; in offline mode: the log's entry goes into the commit. PATH finds
/// gitsign.
///
/// @param house  offers Rekor v1
[[nodiscard]] std::map<std::string, std::string> gitsign_environment(Household& house);

}  // namespace signet::test
