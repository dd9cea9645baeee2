#include "client/cli/git_setup_plan.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "common/process.h"

namespace signet::cli {
namespace {

constexpr const char* kSigner = "signet-git";

// Its name alone where PATH leads to the one that belongs to us, so that the setting outlives an upgrade.
Result<std::string> signing_program() {
  const auto own = sibling_program(kSigner);
  if (!own) return fail(own.error());
  std::error_code ignored;
  const auto found = program_in_path(kSigner);
  if (!found.empty() && std::filesystem::equivalent(found, *own, ignored)) return kSigner;
  return own->string();
}

}  // namespace

Result<std::vector<GitSetting>> plan_settings(const SetupWish& wish) {
  if (wish.format == GitFormat::Ssh) {
    return fail(ErrorCode::NotBuiltYet, "signet git setup does not know --format ssh yet", "use --format x509");
  }
  auto program = signing_program();
  if (!program) return fail(std::move(program.error()));
  std::vector<GitSetting> settings = {{.key = "gpg.format", .value = "x509"},
                                      {.key = "gpg.x509.program", .value = std::move(*program)}};
  if (wish.identity) settings.push_back({.key = "user.signingKey", .value = "signet:" + *wish.identity});
  if (wish.commits) settings.push_back({.key = "commit.gpgSign", .value = "true"});
  if (wish.tags) settings.push_back({.key = "tag.gpgSign", .value = "true"});
  return settings;
}

}  // namespace signet::cli
