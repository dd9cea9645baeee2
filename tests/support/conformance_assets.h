// Real bundles, trusted roots and what a verifier must say to them (tests/conformance/assets/README.md).
// SIGNET_CONFORMANCE_ASSETS names another set of the same form.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::test {

struct ConformanceCase {
  std::string name;
  std::string bundle;  ///< JSON
  std::filesystem::path artifact;
  std::string artifact_sha256;  ///< hex
  std::string trusted_root;     ///< JSON
  bool of_public_good = false;  ///< that root is the public-good instance's
  std::string key;              ///< path of the expected key for read_conformance_file(); empty: an identity
  std::string san;              ///< empty where the case expects a key
  std::string issuer;
  bool passes = false;
  std::vector<std::string> refused_at;  ///< stages that may be the first to refuse
};

/// True where the files are there; a test that needs them skips with kNoConformanceAssets otherwise.
[[nodiscard]] bool have_conformance_assets();
inline constexpr std::string_view kNoConformanceAssets =
    "the conformance assets are not there: set SIGNET_CONFORMANCE_ASSETS to their folder";

/// A file below the assets; ends the test program where it cannot be read.
[[nodiscard]] std::string read_conformance_file(std::string_view path);
/// The cases whose name begins so, in the manifest's order; none where the files are not there.
[[nodiscard]] std::vector<ConformanceCase> conformance_cases(std::string_view prefix);
[[nodiscard]] ConformanceCase conformance_case(std::string_view name);

/// The parts of a case that must be readable; ends the test program where they are not.
[[nodiscard]] sigstore::Bundle bundle_of(const ConformanceCase& subject);
[[nodiscard]] sigstore::Certificate leaf_of(const ConformanceCase& subject);
/// The leaf of a bundle of any version, taken from its JSON.
[[nodiscard]] Bytes leaf_der_of(const ConformanceCase& subject);
/// The log entries of a bundle of any version, taken from its JSON.
[[nodiscard]] std::vector<sigstore::LogEntry> log_entries_of(const ConformanceCase& subject);
[[nodiscard]] sigstore::TrustedRoot trusted_root_of(const ConformanceCase& subject);

}  // namespace signet::test
