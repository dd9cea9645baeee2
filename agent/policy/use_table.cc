#include "agent/policy/use_table.h"

#include <string>

#include "sigstore/encoding/key_uses.h"

namespace signet::agent {
namespace {

using config::Use;
using protocol::LogPolicy;
using protocol::Output;
using sigstore::SignedForm;

// Stricter is smaller.
int strictness(LogPolicy policy) { return static_cast<int>(policy); }
int strictness(config::LogMode mode) { return static_cast<int>(mode); }
static_assert(static_cast<int>(LogPolicy::Require) == static_cast<int>(config::LogMode::Require));
static_assert(static_cast<int>(LogPolicy::Queue) == static_cast<int>(config::LogMode::Queue));
static_assert(static_cast<int>(LogPolicy::None) == static_cast<int>(config::LogMode::None));

// A bare signature over a digest is one over a blob.
std::optional<SignedForm> form_for(Use use) {
  switch (use) {
    case Use::Git:
      return SignedForm::Git;
    case Use::Statement:
      return SignedForm::Statement;
    case Use::Blob:
    case Use::Raw:
      return SignedForm::Blob;
    case Use::Ssh:
      break;
  }
  return std::nullopt;
}

}  // namespace

Use use_for(const Item& item, Output output) {
  if (output == Output::Raw) return Use::Raw;
  if (std::holds_alternative<sigstore::GitObject>(item.object)) return Use::Git;
  if (std::holds_alternative<StatementItem>(item.object)) return Use::Statement;
  return Use::Blob;
}

Result<void> check_use(const config::Identity& identity, const Item& item, Output output) {
  const Use needed = use_for(item, output);
  if (identity.use.contains(needed)) return {};
  const std::string name(config::use_name(needed));
  return fail(ErrorCode::NotAuthorized, "identity " + identity.name + " may not be used for \"" + name + "\"",
              "name another identity, or add \"" + name + "\" to `use` of [identity." + identity.name + "]");
}

Result<void> check_log_policy(const config::Identity& identity, Output output, std::optional<LogPolicy> asked) {
  if (output == Output::Raw) {
    if (!asked || *asked == LogPolicy::None) return {};
    return fail(ErrorCode::InvalidRequest, "a raw signature has no log entry", "ask for a bundle, or leave `log` out");
  }
  if (asked && strictness(*asked) > strictness(identity.log)) {
    return fail(ErrorCode::NotAuthorized,
                "log = \"" + std::string(protocol::log_policy_name(*asked)) +
                    "\" would loosen the policy of identity " + identity.name + ", which is \"" +
                    std::string(config::log_mode_name(identity.log)) + "\"",
                "leave `log` out");
  }
  if (identity.log == config::LogMode::Require || asked == LogPolicy::Require) return {};
  return fail(ErrorCode::NotBuiltYet,
              "log = \"" + std::string(config::log_mode_name(identity.log)) + "\" of identity " + identity.name +
                  " is not built yet",
              "set log = \"require\"");
}

Result<void> check_key_kind(const config::Identity& identity, sigstore::KeyKind kind) {
  for (const Use use : identity.use) {
    const auto form = form_for(use);
    if (!form) continue;
    auto fits = sigstore::check_signs(kind, *form);
    if (fits) continue;
    fits.error().what =
        "identity " + identity.name + " is for " + std::string(config::use_name(use)) + ", and " + fits.error().what;
    return fits;
  }
  return {};
}

}  // namespace signet::agent
