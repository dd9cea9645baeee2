#include "client/cli/trust.h"

#include <cstdlib>
#include <map>
#include <system_error>

#include "client/cli/expectation.h"
#include "common/display.h"
#include "common/file.h"
#include "config/configuration.h"
#include "config/ownership.h"

namespace signet::cli {
namespace {

using sigstore::ExpectedIdentity;
using sigstore::IdentityPolicy;
using sigstore::TrustedRoot;

constexpr std::size_t kMaxTrustedRoot = std::size_t{1} * 1024 * 1024;

Result<TrustedRoot> root_from(Result<std::string> text, const std::filesystem::path& file) {
  if (!text) return fail(std::move(text.error()).during("reading the trusted root"));
  auto root = sigstore::parse_trusted_root(*text);
  if (!root) return fail(std::move(root.error()).during("reading the trusted root " + display_text(file.native())));
  return root;
}

// Named by whoever asks, for this one question.
Result<TrustedRoot> read_root(const std::filesystem::path& file) {
  auto root = root_from(read_file(file, kMaxTrustedRoot), file);
  if (!root && root.error().remedy.empty()) {
    root.error().remedy = "--trusted-root and SIGNET_TRUSTED_ROOT name the trusted_root.json of an instance";
  }
  return root;
}

// Believed whenever nobody says otherwise: nobody else may have written it.
Result<TrustedRoot> read_instance_root(const std::filesystem::path& file) {
  return root_from(config::read_owned_file(file, kMaxTrustedRoot), file);
}

// No file is no configuration; a file that cannot be read is an error.
Result<config::Configuration> read_own_configuration() {
  const auto path = config::default_configuration_path();
  if (!path) return fail(path.error());
  std::error_code ignored;
  if (!std::filesystem::exists(*path, ignored) && std::getenv("SIGNET_CONFIG") == nullptr) {
    config::Configuration none;
    none.path = *path;
    return none;
  }
  return config::read_configuration(*path);
}

std::unexpected<Error> policy_missing(const config::Configuration& configuration) {
  return fail(
      ErrorCode::InvalidRequest,
      "PolicyMissing: nobody said whose signature is expected: no --identity, and [verify] allowed is empty in " +
          display_text(configuration.path.native()),
      "say it with --identity SAN --issuer URL, or add { san, issuer, instance } to [verify] allowed");
}

std::string names_of(const config::Configuration& configuration) {
  std::string names;
  for (const auto& [name, instance] : configuration.instances) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none is configured" : names;
}

class Chooser {
 public:
  Chooser(const TrustWish& wish, const config::Configuration& configuration)
      : wish_(wish), configuration_(configuration) {}

  // The instances that come into question, each with its root.
  Result<void> find_instances() {
    for (const auto& [name, instance] : configuration_.instances) {
      if (wish_.instance && *wish_.instance != name) continue;
      instances_.push_back(&instance);
    }
    if (!wish_.instance || !instances_.empty()) return {};
    return fail(ErrorCode::InvalidRequest, "there is no instance " + display_text(*wish_.instance, 60),
                "instances of " + display_text(configuration_.path.native()) + ": " + names_of(configuration_));
  }

  Result<std::vector<TrustChoice>> with_policy(const IdentityPolicy& policy) {
    if (instances_.size() != 1) {
      return fail(
          ErrorCode::InvalidRequest,
          instances_.empty() ? "no trusted root is known" : "several instances are configured, each with its own root",
          instances_.empty() ? "name one with --trusted-root FILE, or set SIGNET_TRUSTED_ROOT"
                             : "name one with --instance: " + names_of(configuration_));
    }
    if (auto added = add(*instances_[0], policy); !added) return fail(std::move(added.error()));
    return std::move(choices_);
  }

  Result<std::vector<TrustChoice>> with_allowed() {
    for (const config::Instance* instance : instances_) {
      std::vector<ExpectedIdentity> expected;
      for (const config::AllowedSigner& signer : configuration_.allowed) {
        if (signer.instance == instance->name) expected.push_back({.san = signer.san, .issuer = signer.issuer});
      }
      if (expected.empty()) continue;
      auto policy = IdentityPolicy::any_of(std::move(expected));
      if (policy) policy = policy->with(wish_.thresholds);
      if (!policy) return fail(std::move(policy.error()));
      if (auto added = add(*instance, *policy); !added) return fail(std::move(added.error()));
    }
    if (!choices_.empty()) return std::move(choices_);
    if (configuration_.allowed.empty()) return with_nobody();
    return fail(ErrorCode::InvalidRequest,
                "PolicyMissing: no entry of [verify] allowed in " + display_text(configuration_.path.native()) +
                    " belongs to " +
                    (wish_.trusted_root ? "the trusted root " + display_text(*wish_.trusted_root)
                                        : "the instance " + display_text(wish_.instance.value_or(""))),
                "say whom you expect with --identity SAN --issuer URL");
  }

 private:
  // [verify] allowed is empty.
  Result<std::vector<TrustChoice>> with_nobody() {
    if (!wish_.may_expect_nobody) return policy_missing(configuration_);
    if (wish_.trusted_root) {
      auto root = read_root(*wish_.trusted_root);
      if (!root) return fail(std::move(root.error()));
      choices_.push_back({.instance = "trusted root " + *wish_.trusted_root,
                          .root = std::move(*root),
                          .policy = IdentityPolicy::anybody_unsafe()});
      return std::move(choices_);
    }
    for (const config::Instance* instance : instances_) {
      if (auto added = add(*instance, IdentityPolicy::anybody_unsafe()); !added) return fail(std::move(added.error()));
    }
    if (!choices_.empty()) return std::move(choices_);
    return fail(ErrorCode::InvalidRequest,
                "no trusted root is known: no instance is configured in " + display_text(configuration_.path.native()),
                "configure an [instance.NAME] with a trusted_root, or set SIGNET_TRUSTED_ROOT");
  }

  // Adds an instance with its own root, unless another root was named.
  Result<void> add(const config::Instance& instance, const IdentityPolicy& policy) {
    if (wish_.trusted_root) {
      const auto own = read_file(instance.trusted_root, kMaxTrustedRoot);
      const auto named = read_file(*wish_.trusted_root, kMaxTrustedRoot);
      if (!named) return fail(named.error());
      if (!own || *own != *named) return {};
    }
    auto root = read_instance_root(instance.trusted_root);
    if (!root) return fail(std::move(root.error()).during("reading instance " + instance.name));
    choices_.push_back({.instance = instance.name, .root = std::move(*root), .policy = policy});
    return {};
  }

  const TrustWish& wish_;
  const config::Configuration& configuration_;
  std::vector<const config::Instance*> instances_;
  std::vector<TrustChoice> choices_;
};

// A policy and a root need no configuration at all.
Result<std::vector<TrustChoice>> from_wish_alone(const TrustWish& wish) {
  auto root = read_root(*wish.trusted_root);
  if (!root) return fail(std::move(root.error()));
  std::vector<TrustChoice> choices;
  choices.push_back(
      {.instance = "trusted root " + *wish.trusted_root, .root = std::move(*root), .policy = *wish.policy});
  return choices;
}

}  // namespace

Result<TrustWish> trust_wish(const Arguments& arguments) {
  auto expected = read_expectation(arguments);
  if (!expected) return fail(std::move(expected.error()));
  TrustWish wish{.policy = std::move(expected->policy),
                 .thresholds = expected->thresholds,
                 .trusted_root = arguments.text("trusted-root"),
                 .instance = arguments.text("instance")};
  if (wish.trusted_root || wish.instance) return wish;
  auto root = config::path_from_environment("SIGNET_TRUSTED_ROOT");
  if (!root) return fail(std::move(root.error()));
  if (*root) wish.trusted_root = (*root)->native();
  return wish;
}

Result<std::vector<TrustChoice>> choose_trust(const TrustWish& wish) {
  if (wish.trusted_root && wish.instance) {
    return fail(ErrorCode::InvalidRequest, "--trusted-root and --instance at once",
                "an instance has its own trusted root");
  }
  if (wish.policy && wish.trusted_root) return from_wish_alone(wish);
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  Chooser chooser(wish, *configuration);
  if (auto found = chooser.find_instances(); !found) return fail(std::move(found.error()));
  if (wish.policy) return chooser.with_policy(*wish.policy);
  return chooser.with_allowed();
}

}  // namespace signet::cli
