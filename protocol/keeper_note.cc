#include "protocol/keeper_note.h"

#include "common/display.h"

namespace signet::protocol {
namespace {

constexpr std::size_t kMaxSentence = 500;

std::string one_byte(std::uint8_t byte) { return {static_cast<char>(byte)}; }

std::unexpected<Error> no_note() { return fail(ErrorCode::InvalidRequest, "the keeper sent what is no note"); }

}  // namespace

std::string KeeperNote::encode() const {
  std::string packet = one_byte(static_cast<std::uint8_t>(news));
  if (news == KeeperNews::Trouble) packet += display_text(trouble, kMaxSentence);
  return packet;
}

Result<KeeperNote> parse_keeper_note(std::string_view packet) {
  constexpr auto kFirst = static_cast<std::uint8_t>(KeeperNews::Started);
  constexpr auto kLast = static_cast<std::uint8_t>(KeeperNews::PinForgotten);
  const std::uint8_t kind = packet.empty() ? 0 : static_cast<std::uint8_t>(packet.front());
  if (kind < kFirst || kind > kLast) return no_note();
  KeeperNote note{.news = static_cast<KeeperNews>(kind)};
  if (note.news != KeeperNews::Trouble) return packet.size() == 1 ? Result<KeeperNote>(note) : no_note();
  if (packet.size() < 2 || packet.size() > kMaxKeeperNote) return no_note();
  note.trouble = display_text(packet.substr(1), kMaxSentence);
  return note;
}

std::string encode_keeper_order(KeeperOrder order) { return one_byte(static_cast<std::uint8_t>(order)); }

Result<KeeperOrder> parse_keeper_order(std::string_view packet) {
  for (const KeeperOrder order : {KeeperOrder::TakePin, KeeperOrder::ForgetPin}) {
    if (packet == encode_keeper_order(order)) return order;
  }
  return fail(ErrorCode::InvalidRequest, "the agent sent what is no order");
}

}  // namespace signet::protocol
