// Where a TUF client keeps what it has verified: named files, each replaced as a whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::sigstore::tuf {

/// Names are made by the updater (percent-encoded, with at most one folder): nothing in them leads out of the store.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// @return  nothing where there is no such file
  /// @error InvalidRequest, LimitExceeded  it is there and cannot be read, or is longer than `limit`
  [[nodiscard]] virtual Result<std::optional<std::string>> read(const std::string& name, std::size_t limit) const = 0;
  /// On return it is durable; whoever reads sees the old content or the new one.
  ///
  /// @error InvalidRequest  it cannot be written; what was there is unchanged
  [[nodiscard]] virtual Result<void> write(const std::string& name, std::string_view content) = 0;
};

/// Files of a folder, readable by their owner alone (D10).
class FolderStore final : public Store {
 public:
  /// @param folder  exists; its owner and permissions are the caller's affair
  explicit FolderStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name, std::size_t limit) const override;
  [[nodiscard]] Result<void> write(const std::string& name, std::string_view content) override;

 private:
  std::filesystem::path folder_;
};

}  // namespace signet::sigstore::tuf
