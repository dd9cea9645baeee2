#include "client/cli/git_setup_plan.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "client/cli/git_ssh_signer.h"
#include "common/file.h"
#include "common/process.h"

namespace signet::cli {
namespace {

constexpr const char* kSigner = "signet-git";
constexpr const char* kSshSigner = "ssh-keygen";
constexpr const char* kSignersKey = "gpg.ssh.allowedSignersFile";
constexpr std::size_t kMaxSigners = std::size_t{1} * 1024 * 1024;

// Its name alone where PATH leads to the one that belongs to us, so that the setting outlives an upgrade.
Result<std::string> signing_program() {
  const auto own = sibling_program(kSigner);
  if (!own) return fail(own.error());
  std::error_code ignored;
  const auto found = program_in_path(kSigner);
  if (!found.empty() && std::filesystem::equivalent(found, *own, ignored)) return kSigner;
  return own->string();
}

Result<SetupPlan> plan_x509(const SetupWish& wish) {
  auto program = signing_program();
  if (!program) return fail(std::move(program.error()));
  SetupPlan plan{
      .settings = {{.key = "gpg.format", .value = "x509"}, {.key = "gpg.x509.program", .value = std::move(*program)}}};
  if (wish.identity) plan.settings.push_back({.key = "user.signingKey", .value = "signet:" + *wish.identity});
  return plan;
}

// One for each key, so that it never changes.
std::string key_file_name(std::string_view fingerprint) {
  constexpr std::size_t kDigits = 16;
  return "key-" + std::string(fingerprint.substr(fingerprint.find(':') + 1, kDigits)) + ".pub";
}

Result<SetupPlan> plan_ssh(const SetupWish& wish, const std::vector<GitEntry>& entries,
                           const std::filesystem::path& folder) {
  auto signer = ssh_signer(wish.identity, effective_value(entries, "user.email"));
  if (!signer) return fail(std::move(signer.error()));
  // A key that is written as a value git puts into a file of its own for each signature, which many versions leave
  // behind (2.39 among them).
  const auto key_file = folder / key_file_name(signer->fingerprint);
  SetupPlan plan{
      .settings = {{.key = "gpg.format", .value = "ssh"}, {.key = "user.signingKey", .value = key_file.string()}},
      .key_line = std::move(signer->key_line),
      .key_file = key_file,
      .allowed_signer = std::move(signer->allowed_signer),
      .agent_socket = std::move(signer->agent_socket)};
  // Another program than OpenSSH's may know no agent, or an agent of its own alone.
  if (effective_value(entries, "gpg.ssh.program").value_or(kSshSigner) != kSshSigner) {
    plan.settings.push_back({.key = "gpg.ssh.program", .value = kSshSigner});
  }
  const auto ours = folder / "allowed_signers";
  if (effective_value(entries, kSignersKey).value_or(ours.string()) != ours.string()) return plan;
  plan.settings.push_back({.key = kSignersKey, .value = ours.string()});
  plan.signers_file = ours;
  return plan;
}

}  // namespace

Result<SetupPlan> plan_setup(const SetupWish& wish, const std::vector<GitEntry>& entries,
                             const std::filesystem::path& folder) {
  auto plan = wish.format == GitFormat::Ssh ? plan_ssh(wish, entries, folder) : plan_x509(wish);
  if (!plan) return plan;
  if (wish.commits) plan->settings.push_back({.key = "commit.gpgSign", .value = "true"});
  if (wish.tags) plan->settings.push_back({.key = "tag.gpgSign", .value = "true"});
  return plan;
}

Result<void> write_key_file(const SetupPlan& plan) {
  return write_file_atomic(plan.key_file, plan.key_line + "\n", 0600);
}

Result<void> add_allowed_signer(const std::filesystem::path& file, const std::string& line) {
  std::error_code ignored;
  std::string text;
  if (std::filesystem::exists(file, ignored)) {
    auto there = read_file(file, kMaxSigners);
    if (!there) return fail(std::move(there.error()));
    text = std::move(*there);
  }
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (("\n" + text).find("\n" + line + "\n") != std::string::npos) return {};
  return write_file_atomic(file, text + line + "\n", 0600);
}

}  // namespace signet::cli
