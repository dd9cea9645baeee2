#include "client/cli/identity_choice.h"

#include <algorithm>

#include "common/display.h"

namespace signet::cli {
namespace {

using protocol::IdentityInfo;

std::string names_of(const std::vector<IdentityInfo>& identities) {
  std::string text;
  for (const IdentityInfo& identity : identities) text += (text.empty() ? "" : ", ") + display_text(identity.name);
  return text.empty() ? "none" : text;
}

}  // namespace

Result<IdentityInfo> choose_identity(const std::vector<IdentityInfo>& identities,
                                     const std::optional<std::string>& name) {
  const auto is_meant = [&name](const IdentityInfo& info) { return name ? info.name == *name : info.is_default; };
  const auto meant = std::ranges::find_if(identities, is_meant);
  if (meant != identities.end()) return *meant;
  const std::string there = "there are: " + names_of(identities);
  if (name) return fail(ErrorCode::IdentityNotFound, "there is no identity " + quoted_text(*name), there);
  return fail(ErrorCode::IdentityNotFound, "no identity is named, and none stands for all", "name one; " + there);
}

}  // namespace signet::cli
