// The lines of an audit log on disk, whoever writes it meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace signet::test {

/// All whole lines, those in the tail included. Ends the test program where there is no log.
[[nodiscard]] std::vector<std::string> stored_audit_lines(const std::filesystem::path& folder);

/// What `signet audit verify` would find; empty where the log is sound.
[[nodiscard]] std::vector<std::string> audit_findings(const std::filesystem::path& folder);

}  // namespace signet::test
