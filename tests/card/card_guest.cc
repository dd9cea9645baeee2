#include "tests/card/card_guest.h"

#include "common/hex.h"

namespace signet::test {

CardGuest::CardGuest(const VirtualCard& reader, int card)
    : program_({std::string(SIGNET_BIN_DIR) + "/signet-card-guest", std::to_string(card)}, reader.environment()) {}

std::string CardGuest::transmit(ByteView apdu) { return program_.command("transmit " + encode_hex(apdu)); }

}  // namespace signet::test
