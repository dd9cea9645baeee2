#include "agent/flow/key_generation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/tokens/pinned_key.h"
#include "common/display.h"
#include "common/hex.h"
#include "common/pem.h"
#include "sigstore/encoding/key_uses.h"

namespace signet::agent {
namespace {

using protocol::KeyInfo;
using protocol::TokenKey;

// Longer labels are cut by some tokens.
constexpr std::size_t kMaxLabel = 64;
constexpr std::size_t kMaxIdDigits = 64;

bool is_used(const std::vector<TokenKey>& keys, const std::string& id) {
  return std::ranges::any_of(keys, [&id](const TokenKey& key) { return key.id == id; });
}

std::string algorithm_of(const protocol::GenerateKeyRequest& request) {
  return request.algorithm.value_or(std::string(kGeneratedAlgorithms.front()));
}

Result<void> check_request(const protocol::GenerateKeyRequest& request) {
  const std::string& label = request.label;
  if (label.empty() || label.size() > kMaxLabel || display_text(label, kMaxLabel) != label) {
    return fail(ErrorCode::InvalidRequest,
                "a key's label has 1 to " + std::to_string(kMaxLabel) + " bytes of text without control characters",
                "choose another one");
  }
  if (std::ranges::find(kGeneratedAlgorithms, algorithm_of(request)) == kGeneratedAlgorithms.end()) {
    return fail(ErrorCode::InvalidRequest, "keys of kind " + display_text(algorithm_of(request), 32) + " are not made",
                "make one of p256, p384, rsa2048, rsa3072, rsa4096 and ed25519");
  }
  if (!request.id) return {};
  const auto id = parse_hex(*request.id);
  if (id && !id->empty() && request.id->size() <= kMaxIdDigits) return {};
  return fail(ErrorCode::InvalidRequest, "a key's id is hexadecimal, with 1 to 32 bytes", "for example 05");
}

Result<std::string> choose_id(const protocol::GenerateKeyRequest& request, const Token& token,
                              const std::vector<TokenKey>& keys) {
  if (!request.id && token.is_piv()) {
    return fail(ErrorCode::InvalidRequest, "a key on a PIV card needs its slot",
                "for example: signet key generate --token " + display_text(request.token, 64) + " --slot 9c");
  }
  if (!request.id) return free_id(keys);
  std::string id = encode_hex(*parse_hex(*request.id));
  if (!is_used(keys, id)) return id;
  return fail(ErrorCode::InvalidRequest, "token " + display_text(request.token, 64) + " has a key with id " + id,
              "choose another id, or leave it out");
}

// A wrong PIN that a person entered is forgotten as soon as it was tried: the token then only says that it wants one.
Error name_wrong_pin(Error error, const Token& token, protocol::PinState tried) {
  if (error.code != ErrorCode::PinRequired || tried != protocol::PinState::Incorrect) return error;
  return {.code = ErrorCode::PinIncorrect,
          .what = "token " + token.name() + " refused the PIN; it is not sent again",
          .remedy = "ask again, and enter the right one"};
}

Awaitable<Result<protocol::GenerateKeyReply>> make_key(const config::Configuration& configuration, Token& token,
                                                       const Intent& intent,
                                                       const protocol::GenerateKeyRequest& request) {
  const Deadline deadline = Deadline::after(kGenerateTime);
  // The first look tries the PIN, and says what came of it; the list of the keys makes do without.
  auto before = co_await token.info(deadline);
  if (!before) co_return fail(std::move(before.error()));
  auto keys = co_await token.keys(deadline);
  if (!keys) co_return fail(std::move(keys.error()));
  auto id = choose_id(request, token, *keys);
  if (!id) co_return fail(std::move(id.error()));
  protocol::TokenGenerateRequest order{.label = request.label,
                                       .id = *id,
                                       .algorithm = algorithm_of(request),
                                       .pin_policy = request.pin_policy,
                                       .touch_policy = request.touch_policy};
  auto made = co_await token.generate(intent, std::move(order), deadline);
  if (!made) co_return fail(name_wrong_pin(std::move(made.error()), token, before->pin));
  auto info = co_await token.info(deadline);
  if (!info)
    co_return fail(std::move(info.error()).during("looking at token " + token.name() + " after the key was made"));
  protocol::GenerateKeyReply reply{.key = describe_key(configuration, token.name(), *info, made->key)};
  if (made->warning) reply.warning = display_text(*made->warning);
  co_return reply;
}

// Which token signs with that key, as far as it is known.
std::string owner_of(const config::Configuration& configuration, Tokens& tokens, const std::string& fingerprint) {
  for (const auto& [name, identity] : configuration.identities) {
    for (const config::IdentityKey& key : config::keys_of(identity)) {
      if (key.public_key && encode_digest(*key.public_key) == fingerprint) return key.token;
    }
  }
  const auto all = tokens.all();
  const auto first = std::ranges::find_if(all, [&](const Token* token) { return token->has_shown(fingerprint); });
  return first == all.end() ? std::string() : (*first)->name();
}

}  // namespace

void mark_views(const config::Configuration& configuration, Tokens& tokens, std::vector<KeyInfo>& keys) {
  for (KeyInfo& key : keys) {
    std::string owner = owner_of(configuration, tokens, key.fingerprint);
    if (!owner.empty() && owner != key.token) key.same_as = std::move(owner);
  }
}

KeyInfo describe_key(const config::Configuration& configuration, const std::string& token,
                     const protocol::TokenInfoReply& info, const TokenKey& key) {
  KeyInfo shown{.token = token,
                .label = display_text(key.label),
                .id = key.id,
                .algorithm = display_text(key.algorithm),
                .uri = config::encode_key_uri(info.label, info.serial, key.label, key.id),
                .fingerprint = fingerprint_of(key.public_key),
                .public_key = encode_pem("PUBLIC KEY", key.public_key),
                .identities = {}};
  shown.signs.emplace();
  if (const auto kind = sigstore::key_kind_from_name(key.algorithm)) {
    for (const auto form : sigstore::signed_forms(*kind)) shown.signs->emplace_back(sigstore::signed_form_name(form));
    shown.signs->emplace_back(config::use_name(config::Use::Ssh));  // which takes every kind
  }
  for (const auto& [name, identity] : configuration.identities) {
    const auto here = config::key_on(identity, token);
    if (!here || identity.ephemeral) continue;
    const bool meant =
        here->public_key ? encode_digest(*here->public_key) == shown.fingerprint : uri_names(here->uri, key);
    if (meant) shown.identities.push_back(name);
  }
  return shown;
}

std::string free_id(const std::vector<TokenKey>& keys) {
  constexpr unsigned kOneByte = 0xff;
  for (unsigned number = 1; number <= kOneByte; ++number) {
    const std::array<std::uint8_t, 1> bytes = {static_cast<std::uint8_t>(number)};
    std::string id = encode_hex(bytes);
    if (!is_used(keys, id)) return id;
  }
  for (unsigned number = 0x0100;; ++number) {
    const std::array<std::uint8_t, 2> bytes = {static_cast<std::uint8_t>(number >> 8U),
                                               static_cast<std::uint8_t>(number)};
    std::string id = encode_hex(bytes);
    if (!is_used(keys, id) || number >= 0xffffU) return id;
  }
}

Awaitable<Result<std::vector<KeyInfo>>> list_keys(const config::Configuration& configuration, Token& token,
                                                  Deadline deadline) {
  auto info = co_await token.info(deadline);
  if (!info) co_return fail(std::move(info.error()));
  auto keys = co_await token.keys(deadline);
  if (!keys) co_return fail(std::move(keys.error()));
  std::vector<KeyInfo> shown;
  for (const TokenKey& key : *keys) shown.push_back(describe_key(configuration, token.name(), *info, key));
  co_return shown;
}

Awaitable<Result<protocol::GenerateKeyReply>> generate_key(const config::Configuration& configuration, AuditLog& audit,
                                                           Tokens& tokens, const Approval& approval,
                                                           protocol::GenerateKeyRequest request) {
  if (auto sound = check_request(request); !sound) co_return fail(std::move(sound.error()));
  auto token = tokens.find(request.token);
  if (!token) co_return fail(std::move(token.error()));
  Subject subject{.operation = Operation::GenerateKey,
                  .kind = "key",
                  .summary = algorithm_of(request) + " on token " + request.token};
  subject.claim = request.label;
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  auto key = co_await make_key(configuration, **token, *intent, request);
  Outcome outcome;
  if (key) {
    outcome.note = key->key.uri + " " + key->key.fingerprint;
  } else {
    outcome.error = key.error();
    outcome.note = intent->remarks();
  }
  auto recorded = co_await audit.outcome(*intent, std::move(outcome), Deadline::after(kAuditTime));
  if (!recorded) co_return fail(std::move(recorded.error()));
  co_return key;
}

}  // namespace signet::agent
