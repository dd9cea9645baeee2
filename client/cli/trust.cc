#include "client/cli/trust.h"

#include <cstdlib>
#include <map>
#include <system_error>

#include "client/cli/expectation.h"
#include "client/cli/trust_age.h"
#include "client/cli/trust_sources.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "common/file.h"
#include "common/owned_path.h"
#include "config/configuration.h"
#include "sigstore/trust/shipped.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet::cli {
namespace {

using sigstore::ExpectedIdentity;
using sigstore::IdentityPolicy;
using sigstore::TrustedRoot;

// Whose root is meant where nothing else is said.
constexpr std::string_view kPublicGood = "public-good";

Result<TrustedRoot> root_from(Result<std::string> text, const std::filesystem::path& file) {
  if (!text) return fail(std::move(text.error()).during("reading the trusted root"));
  auto root = sigstore::parse_trusted_root(*text);
  if (!root) return fail(std::move(root.error()).during("reading the trusted root " + display_text(file.native())));
  return root;
}

// Named by whoever asks, for this one question.
Result<TrustedRoot> read_root(const std::filesystem::path& file) {
  auto root = root_from(read_file(file, sigstore::kMaxTrustedRoot), file);
  if (!root && root.error().remedy.empty()) {
    root.error().remedy = "--trusted-root and SIGNET_TRUSTED_ROOT name the trusted_root.json of an instance";
  }
  return root;
}

// What an instance says: its text, and what its reader should know of its age.
struct InstanceText {
  std::string json;
  std::optional<std::string> warning{};
};

// Believed whenever nobody says otherwise: nobody else may have written it.
Result<InstanceText> read_instance_text(const config::Instance& instance) {
  if (!instance.trusted_root.empty()) {
    auto text = read_owned_file(instance.trusted_root, sigstore::kMaxTrustedRoot);
    if (!text) return fail(std::move(text.error()));
    return InstanceText{.json = std::move(*text)};
  }
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  auto trust = sigstore::tuf::read_instance_trust(source_of(instance), *cache);
  if (!trust) {
    // It is this machine's copy that is damaged: nothing is said of the signature.
    if (trust.error().code == ErrorCode::NotVerified) trust.error().code = ErrorCode::RepositoryUnavailable;
    return fail(std::move(trust.error()));
  }
  auto warning = age_warning(instance.name, *trust, SystemClock().now());
  return InstanceText{.json = std::move(trust->trusted_root), .warning = std::move(warning)};
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
  for (const sigstore::ShippedInstance& shipped : sigstore::shipped_instances()) {
    if (configuration.instances.contains(std::string(shipped.name))) continue;
    names += (names.empty() ? "" : ", ") + std::string(shipped.name);
  }
  return names;
}

class Chooser {
 public:
  Chooser(const TrustWish& wish, const config::Configuration& configuration)
      : wish_(wish), configuration_(configuration) {}

  // The instances that come into question, each with its root; where none is configured or named, Sigstore's own.
  Result<void> find_instances() {
    for (const auto& [name, instance] : configuration_.instances) {
      if (wish_.instance && *wish_.instance != name) continue;
      instances_.push_back(&instance);
    }
    if (!instances_.empty() || (wish_.trusted_root && !wish_.instance)) return {};
    const std::string name = wish_.instance.value_or(std::string(kPublicGood));
    if (config::is_shipped_instance(name)) {
      shipped_ = config::Instance{.name = name, .trusted_root = {}, .signing_config = {}};
      instances_.push_back(&*shipped_);
      return {};
    }
    return fail(ErrorCode::InvalidRequest, "there is no instance " + display_text(name, 60),
                "instances of " + display_text(configuration_.path.native()) + ": " + names_of(configuration_));
  }

  Result<std::vector<TrustChoice>> with_policy(const IdentityPolicy& policy) {
    if (instances_.size() != 1) {
      return fail(ErrorCode::InvalidRequest, "several instances are configured, each with its own root",
                  "name one with --instance: " + names_of(configuration_));
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
    return std::move(choices_);
  }

  // Adds an instance with its own root, unless another root was named.
  Result<void> add(const config::Instance& instance, const IdentityPolicy& policy) {
    auto own = read_instance_text(instance);
    if (wish_.trusted_root) {
      const auto named = read_file(*wish_.trusted_root, sigstore::kMaxTrustedRoot);
      if (!named) return fail(named.error());
      if (!own || own->json != *named) return {};
    }
    if (!own) {
      if (own.error().remedy.empty()) {
        own.error().remedy = "put the trust root there, or name another one in [instance." + instance.name + "]";
      }
      return fail(std::move(own.error()).during("reading instance " + instance.name));
    }
    auto root = root_from(std::move(own->json), instance.trusted_root);
    if (!root) return fail(std::move(root.error()).during("reading instance " + instance.name));
    choices_.push_back(
        {.instance = instance.name, .root = std::move(*root), .policy = policy, .warning = std::move(own->warning)});
    return {};
  }

  const TrustWish& wish_;
  const config::Configuration& configuration_;
  std::vector<const config::Instance*> instances_;
  std::optional<config::Instance> shipped_;  // one that needs no configuration
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

void show_warnings(const std::vector<TrustChoice>& choices) {
  for (const TrustChoice& choice : choices) {
    if (choice.warning) client::write_stderr(*choice.warning);
  }
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
