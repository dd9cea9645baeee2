#include "agent/policy/policy.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "agent/policy/use_table.h"
#include "common/display.h"

namespace signet::agent {
namespace {

using config::Identity;

constexpr std::string_view kSeeStatus = "`signet status` lists the identities";

std::string names_of(const std::vector<const Identity*>& identities) {
  std::string names;
  for (const Identity* identity : identities) names += (names.empty() ? "" : ", ") + identity->name;
  return names;
}

std::vector<const Identity*> all_of(const config::Configuration& configuration) {
  std::vector<const Identity*> all;
  all.reserve(configuration.identities.size());
  for (const auto& [name, identity] : configuration.identities) all.push_back(&identity);
  return all;
}

// Where nobody named the identity, and the committer's address is not the one that will be certified.
std::optional<std::string> note_of_committer(const Identity& identity, std::span<const Item> items) {
  const bool is_address = identity.san.find('@') != std::string::npos && identity.san.find("://") == std::string::npos;
  if (!is_address) return std::nullopt;
  for (const Item& item : items) {
    const auto* object = std::get_if<sigstore::GitObject>(&item.object);
    const auto email = object == nullptr ? std::nullopt : object->committer_email();
    if (!email || *email == identity.san) continue;
    return "no identity is that of the committer " + display_text(*email, 100) + ": signed as " +
           display_text(identity.san, 100) + " (identity " + identity.name + ")";
  }
  return std::nullopt;
}

bool is_from_committer(const Identity& identity, const Item& item) {
  const auto* object = std::get_if<sigstore::GitObject>(&item.object);
  const auto email = object == nullptr ? std::nullopt : object->committer_email();
  return email && identity.use.contains(config::Use::Git) && identity.san == *email;
}

}  // namespace

Policy::Policy(const config::Configuration& configuration, uid_t owner)
    : configuration_(configuration), owner_(owner) {}

Result<const Identity*> Policy::named_identity(const std::string& name) const {
  const auto found = configuration_.identities.find(name);
  if (found != configuration_.identities.end()) return &found->second;
  return fail(ErrorCode::IdentityNotFound, "there is no identity " + quoted_text(name, 64), std::string(kSeeStatus));
}

Result<const Identity*> Policy::default_identity() const {
  if (configuration_.default_identity) return named_identity(*configuration_.default_identity);
  const auto all = all_of(configuration_);
  if (all.size() == 1) return all.front();
  if (all.empty()) return fail(ErrorCode::IdentityNotFound, "the configuration has no identity", "add an [identity.*]");
  return fail(ErrorCode::IdentityNotFound,
              "the request names no identity, the configuration has no default_identity, and there are several: " +
                  names_of(all),
              "name one, or set default_identity");
}

// The identities whose SAN is the committer's e-mail for every item (D11); null where there is none for any item.
Result<const Identity*> Policy::committers_identity(std::span<const Item> items) const {
  std::vector<const Identity*> fitting;
  for (const auto& [name, identity] : configuration_.identities) {
    const auto fits = [&identity](const Item& item) { return is_from_committer(identity, item); };
    if (std::ranges::any_of(items, fits)) fitting.push_back(&identity);
  }
  if (fitting.empty()) return nullptr;
  const auto fits = [&fitting](const Item& item) { return is_from_committer(*fitting.front(), item); };
  if (fitting.size() == 1 && std::ranges::all_of(items, fits)) return fitting.front();
  return fail(ErrorCode::IdentityNotFound,
              "several identities could sign this, or only some of it: " + names_of(fitting),
              "name one: git config user.signingKey signet:" + fitting.front()->name);
}

Result<const Identity*> Policy::choose_identity(const SigningWish& wish) const {
  if (wish.identity) return named_identity(*wish.identity);
  auto committers = committers_identity(wish.items);
  if (!committers || *committers != nullptr) return committers;
  return default_identity();
}

Result<void> Policy::check_sign(const SigningWish& wish, Decision& decision) const {
  auto identity = choose_identity(wish);
  if (!identity) return fail(std::move(identity.error()));
  decision.identity_ = *identity;
  if (!wish.identity) decision.note_ = note_of_committer(**identity, wish.items);
  for (const Item& item : wish.items) {
    if (auto may = check_use(**identity, item, wish.output); !may) return may;
  }
  if (auto tighter = check_log_policy(**identity, wish.output, wish.log); !tighter) return tighter;
  decision.why_ = std::string(wish.identity ? "the owner asks and names the identity"
                                            : "the owner asks; the identity follows from the object or the default") +
                  "; use " + std::string(config::use_name(use_for(wish.items.front(), wish.output)));
  return {};
}

Decision Policy::decide_sign(const protocol::Peer& peer, const SigningWish& wish) const {
  Decision decision = decide(peer, Operation::Sign);
  if (!decision.allowed()) return decision;
  if (auto checked = check_sign(wish, decision); !checked) {
    decision.why_ = "the configuration does not allow it";
    decision.refusal_ = std::move(checked.error());
  }
  return decision;
}

Decision Policy::decide_ssh(const protocol::Peer& peer, const std::optional<SshWish>& wish,
                            const Result<Item>& item) const {
  Decision decision = decide(peer, Operation::Sign);
  if (!decision.allowed()) return decision;
  const auto refuse = [&decision](std::string why, Error error) {
    decision.why_ = std::move(why);
    decision.refusal_ = std::move(error);
    return decision;
  };
  if (!wish) {
    return refuse("no identity has that key for ssh",
                  {.code = ErrorCode::KeyNotFound,
                   .what = "no identity with use \"ssh\" has the key that ssh asks for",
                   .remedy = "`ssh-add -L` lists the keys that can be asked for",
                   .context = {}});
  }
  decision.identity_ = &wish->identity;
  if (!item) return refuse("ssh asks for something that is neither a login nor a signature", item.error());
  auto checked = check_ssh(*wish, *item);
  if (!checked) {
    Error error = std::move(checked.error());
    error.what = item->summary + ": " + error.what;
    return refuse("the configuration does not allow it", std::move(error));
  }
  decision.why_ = "the owner asks over the ssh agent's socket; use ssh";
  return decision;
}

Decision Policy::decide_ssh_lock(const protocol::Peer& peer, Operation operation, const SshOrigin& origin) const {
  Decision decision = decide(peer, operation);
  if (!decision.allowed() || !origin.is_remote()) return decision;
  decision.why_ = "only this machine may ask";
  decision.refusal_ =
      Error{.code = ErrorCode::NotAuthorized,
            .what = "the ssh socket is locked and unlocked by this machine alone, and this connection " +
                    std::string("is forwarded, or nobody could prove where it comes from"),
            .remedy = "run ssh-add on the machine that the agent runs on"};
  return decision;
}

Decision Policy::decide_for_identity(const protocol::Peer& peer, Operation operation,
                                     const std::optional<std::string>& identity) const {
  Decision decision = decide(peer, operation);
  if (!decision.allowed()) return decision;
  auto found = identity ? named_identity(*identity) : default_identity();
  if (found) {
    decision.identity_ = *found;
  } else {
    decision.why_ = "the configuration has no such identity";
    decision.refusal_ = std::move(found.error());
  }
  return decision;
}

Decision Policy::decide(const protocol::Peer& peer, Operation operation) const {
  Decision decision(operation, peer);
  if (serves(peer.uid)) {
    decision.why_ = "the owner asks";
    return decision;
  }
  decision.why_ = "only the owner may ask";
  decision.refusal_ = Error{.code = ErrorCode::NotAuthorized,
                            .what = "user id " + std::to_string(peer.uid) + " may not ask the agent of user id " +
                                    std::to_string(owner_) + " to " + std::string(operation_name(operation)),
                            .remedy = "ask an agent of your own"};
  return decision;
}

std::string Policy::words_for_more(std::size_t more) {
  return more > 0 ? "; " + std::to_string(more) + " more were refused since the last line" : "";
}

Decision Policy::standing_for(Decision refusal, std::size_t more) {
  refusal.why_ += words_for_more(more);
  return refusal;
}

Decision Policy::turn_away(const protocol::Peer& peer, std::size_t more) const {
  Decision decision = decide(peer, Operation::Connect);
  decision.refusal_ = Error{
      .code = ErrorCode::NotAuthorized,
      .what = "user id " + std::to_string(peer.uid) + " may not use the agent of user id " + std::to_string(owner_),
      .remedy = "ask an agent of your own"};
  if (more > 0) decision.why_ += "; " + std::to_string(more) + " more connections since the last line";
  return decision;
}

}  // namespace signet::agent
