#include "agent/policy/decision.h"

#include <array>
#include <utility>

#include "common/hex.h"
#include "common/random.h"

namespace signet::agent {
namespace {

constexpr std::array<std::string_view, 15> kOperations = {
    "sign",       "certificate",   "generate_key",    "login",      "logout", "enter_pin", "lock",   "ssh_lock",
    "ssh_unlock", "release_token", "reacquire_token", "identities", "keys",   "status",    "connect"};

}  // namespace

std::string_view operation_name(Operation operation) { return kOperations.at(static_cast<std::size_t>(operation)); }

Decision::Decision(Operation operation, protocol::Peer peer)
    : request_(encode_hex(random_bytes(8))), operation_(operation), peer_(std::move(peer)) {}

}  // namespace signet::agent
