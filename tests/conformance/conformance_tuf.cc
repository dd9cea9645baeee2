// The client that the TUF conformance suite drives (github.com/theupdateframework/tuf-conformance, CLIENT-CLI.md): its
// protocol and nothing else. What it does is sigstore/tuf's.
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "common/file.h"
#include "sigstore/services/tuf_fetch.h"
#include "sigstore/tuf/store.h"
#include "sigstore/tuf/updater.h"

namespace signet {
namespace {

using sigstore::tuf::FolderStore;
using sigstore::tuf::Updater;

constexpr std::size_t kMaxTarget = std::size_t{64} * 1024 * 1024;

struct Call {
  std::map<std::string, std::string, std::less<>> options;
  std::vector<std::string> targets;
  std::string command;
  std::vector<std::string> operands;

  [[nodiscard]] std::string option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
  [[nodiscard]] std::string url(std::string_view name) const {
    std::string text = option(name);
    while (text.ends_with('/')) text.pop_back();
    return text;
  }
};

Call read_call(const std::vector<std::string>& words) {
  Call call;
  std::size_t i = 0;
  for (; i + 1 < words.size() && words[i].starts_with("--"); i += 2) {
    if (words[i] == "--target-name") {
      call.targets.push_back(words[i + 1]);
    } else {
      call.options[words[i]] = words[i + 1];
    }
  }
  if (i < words.size()) call.command = words[i++];
  for (; i < words.size(); ++i) call.operands.push_back(words[i]);
  return call;
}

Result<void> init(const Call& call) {
  if (call.operands.size() != 1) return fail(ErrorCode::InvalidRequest, "init takes one trusted root");
  const std::string folder = call.option("--metadata-dir");
  std::error_code trouble;
  std::filesystem::create_directories(folder, trouble);
  if (trouble) return fail(ErrorCode::InvalidRequest, folder + ": " + trouble.message());
  const auto root = read_file(call.operands.front(), sigstore::tuf::kMaxRoot);
  if (!root) return fail(root.error());
  return FolderStore(folder).write("root.json", *root);
}

Result<void> update(const Call& call) {
  FolderStore metadata(call.option("--metadata-dir"));
  const auto anchor = metadata.read("root.json", sigstore::tuf::kMaxRoot);
  if (!anchor) return fail(anchor.error());
  if (!*anchor) return fail(ErrorCode::InvalidRequest, "there is no root.json", "init");
  auto updater = Updater::begin(
      **anchor, {.metadata_url = call.url("--metadata-url"), .targets_url = call.url("--target-base-url")},
      sigstore::fetch_over_http(sigstore::kTufFileTime, sigstore::kTufUpdateTime), metadata, SystemClock().now(),
      [](const std::string& note) { std::cerr << "note: " << note << "\n"; });
  if (!updater) return fail(std::move(updater.error()));
  if (auto done = updater->refresh(); !done) return done;
  FolderStore targets(call.option("--target-dir"));
  for (const std::string& path : call.targets) {
    if (const auto content = updater->download(path, targets, kMaxTarget); !content) return fail(content.error());
  }
  return {};
}

int run(const std::vector<std::string>& words) {
  const Call call = read_call(words);
  const bool updates = call.command == "refresh" || call.command == "download";
  Result<void> done = fail(ErrorCode::InvalidRequest, "neither init nor refresh nor download");
  if (call.command == "init") done = init(call);
  if (updates) done = update(call);
  if (done) return 0;
  std::cerr << done.error().sentence() << "\n";
  return 1;
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv) { return signet::run({argv + 1, argv + argc}); }
