#include "protocol/keeper_note.h"

#include "common/display.h"

namespace signet::protocol {
namespace {

constexpr char kStarted = 0x01;
constexpr char kTrouble = 0x02;
constexpr char kPinTaken = 0x03;
constexpr std::size_t kMaxSentence = 500;

}  // namespace

std::string KeeperNote::encode() const {
  if (!trouble) return {pin_taken ? kPinTaken : kStarted};
  return std::string(1, kTrouble) + display_text(*trouble, kMaxSentence);
}

Result<KeeperNote> parse_keeper_note(std::string_view packet) {
  if (packet == std::string_view(&kStarted, 1)) return KeeperNote{};
  if (packet == std::string_view(&kPinTaken, 1)) return KeeperNote{.pin_taken = true};
  if (packet.size() < 2 || packet.size() > kMaxKeeperNote || packet.front() != kTrouble) {
    return fail(ErrorCode::InvalidRequest, "the keeper sent what is no note");
  }
  return KeeperNote{.trouble = display_text(packet.substr(1), kMaxSentence)};
}

}  // namespace signet::protocol
