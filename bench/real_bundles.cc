#include "bench/real_bundles.h"

namespace signet::bench {
namespace {

std::filesystem::path assets() { return std::filesystem::path(SIGNET_SOURCE_DIR) / "tests/conformance/assets"; }

}  // namespace

std::filesystem::path RealBundle::bundle() const { return assets() / "cases" / name / "bundle.sigstore.json"; }

std::filesystem::path RealBundle::root() const { return assets() / trusted_root; }

std::filesystem::path RealBundle::artifact() { return assets() / "artifacts/a.txt"; }

}  // namespace signet::bench
