// What the instances' files say: whom to believe and which services to use (D8).
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/error.h"
#include "config/configuration.h"
#include "sigstore/trust/signing_config.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::agent {

/// An instance whose files were read. Immutable.
struct Instance {
  std::string name;
  sigstore::TrustedRoot root;
  sigstore::SigningConfig services;
};

/// Reads the files, or what the last `signet trust update` left of a TUF repository, when they are first needed and
/// again when they have changed, so that a trust root may be refreshed under a running agent. One thread.
class Instances {
 public:
  /// @param configuration  must outlive this object
  explicit Instances(const config::Configuration& configuration);

  /// @error InvalidRequest  no such instance, or one of its files cannot be read, or others may write it
  ///                        (read_owned_file()), or nothing was ever fetched from its TUF repository; the message names
  ///                        it
  /// @error NotVerified     what is stored of its TUF repository does not verify
  [[nodiscard]] Result<std::shared_ptr<const Instance>> get(const std::string& name);

 private:
  /// What tells one version of a file from another.
  struct Stamp {
    std::filesystem::file_time_type written{};
    std::uintmax_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Known {
    std::vector<std::filesystem::path> files{};
    std::vector<Stamp> stamps{};
    std::shared_ptr<const Instance> instance{};
  };
  static Stamp stamp_of(const std::filesystem::path& path);

  const config::Configuration& configuration_;
  std::map<std::string, Known> known_;
};

}  // namespace signet::agent
