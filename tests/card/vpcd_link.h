// The card's end of a virtual reader: the wire protocol of vsmartcard's vpcd driver, in which the card is the client.
#pragma once

#include <optional>

#include "common/bytes.h"
#include "common/unique_fd.h"

namespace signet::test {

/// One message from the reader. One byte is a control message: 0 power off, 1 power on, 2 reset, 4 the ATR is wanted;
/// only the last is answered. Everything longer is a command APDU.
class VpcdLink {
 public:
  /// Inserts the card: connects to 127.0.0.1. Tries until somebody listens or a minute has passed.
  [[nodiscard]] static std::optional<VpcdLink> insert(unsigned short port);

  [[nodiscard]] int fd() const { return socket_.get(); }
  /// Nothing where the reader has closed.
  [[nodiscard]] std::optional<Bytes> receive() const;
  [[nodiscard]] bool send(ByteView message) const;

 private:
  explicit VpcdLink(UniqueFd socket) : socket_(std::move(socket)) {}
  [[nodiscard]] bool receive_all(std::span<std::uint8_t> buffer) const;

  UniqueFd socket_;
};

}  // namespace signet::test
