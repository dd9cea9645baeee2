// A one-fault PKCS#11 module (tests/modules/) where the worker takes it: in a folder that nobody else may write.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace signet::test {

class FaultModule {
 public:
  /// @param name  "wrong_key": tests/modules/wrong_key.cc
  explicit FaultModule(std::string_view name) : path_(folder_ / (std::string(name) + ".so")) {
    std::filesystem::copy_file(std::string(SIGNET_BIN_DIR) + "/../lib/" + path_.filename().string(), path_);
    ::chmod(path_.c_str(), 0700);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// A file beside the module, for the environment variables that some of them know.
  [[nodiscard]] std::filesystem::path beside(std::string_view name) const { return folder_ / name; }
  std::filesystem::path write(std::string_view name, std::string_view content) const {
    return folder_.write(name, content);
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
};

}  // namespace signet::test
