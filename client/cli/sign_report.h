// What `signet sign` does with each result: writes the bundle, tells people and programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "client/cli/output.h"
#include "client/lib/agent_client.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::cli {

/// The files of one call, what was hashed, and where the bundles go.
struct SignJob {
  std::vector<std::string> files;
  std::vector<Digest> digests;
  std::vector<std::filesystem::path> bundles;
};

class SignReport {
 public:
  /// Both must outlive this object.
  SignReport(const SignJob& job, const Output& output) : job_(job), output_(output) {}

  /// Writes the item's bundle and shows it; a failure is shown and remembered.
  void take(const protocol::ItemResult& result);

  /// True where no result has come.
  [[nodiscard]] bool empty() const { return items_.empty(); }
  /// Remembers why the files that have no result yet will get none.
  void take_end(const Error& error);

  /// The exit status of the first failure, else 0.
  [[nodiscard]] int status() const { return status_; }
  /// Writes the object for programs: a result for each file that was signed or tried.
  void finish() const;

 private:
  [[nodiscard]] Result<void> write(const protocol::ItemResult& result, std::size_t index) const;
  void show(const protocol::ItemResult& result, std::size_t index, json::Object& item) const;
  void fail_with(const Error& error);

  const SignJob& job_;
  const Output& output_;
  json::Array items_;
  int status_ = 0;
};

}  // namespace signet::cli
