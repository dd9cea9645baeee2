// What the instances' files say: whom to believe and which services to use (D8).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  /// Hears, once, that what is shipped is used because what is stored cannot be.
  using Notice = std::function<void(const std::string&)>;

  /// @param configuration  must outlive this object
  explicit Instances(const config::Configuration& configuration, Notice notice = [](const std::string&) {});

  /// @error InvalidRequest  no such instance, or one of its files cannot be read, or others may write it
  ///                        (read_owned_file()), or nothing was ever fetched from its TUF repository; the message names
  ///                        it
  /// @error NotVerified     what is stored of its TUF repository does not verify
  [[nodiscard]] Result<std::shared_ptr<const Instance>> get(const std::string& name);

 private:
  /// What tells one version of a file from another.
  struct Stamp {
    std::uintmax_t node = 0;
    std::intmax_t size = 0;
    std::chrono::nanoseconds written{};
    std::chrono::nanoseconds changed{};  ///< its mode, too
    bool operator==(const Stamp&) const = default;
  };
  struct Known {
    std::vector<std::filesystem::path> files{};
    std::vector<Stamp> stamps{};
    std::shared_ptr<const Instance> instance{};
    std::optional<Error> told{};
  };
  static Stamp stamp_of(const std::filesystem::path& path);
  static std::vector<Stamp> stamps_of(const std::vector<std::filesystem::path>& files);
  Result<std::shared_ptr<const Instance>> load(Known& known, const config::Instance& configured) const;
  void tell(Known& known, const std::string& name, std::optional<Error> why_shipped) const;

  const config::Configuration& configuration_;
  Notice notice_;
  std::map<std::string, Known> known_;
};

}  // namespace signet::agent
