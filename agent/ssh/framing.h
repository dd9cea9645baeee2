// The frames of the SSH agent protocol, as a connection of ours cuts and sends them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "protocol/framing.h"
#include "ssh/frames.h"

namespace signet::agent {

class SshFraming final : public protocol::Framing {
 public:
  [[nodiscard]] static std::unique_ptr<protocol::Framing> make() { return std::make_unique<SshFraming>(); }

  [[nodiscard]] Result<void> feed(std::string_view bytes) override;
  [[nodiscard]] std::optional<std::string> next() override;
  [[nodiscard]] std::size_t pending() const override { return pending_; }
  [[nodiscard]] bool in_message() const override { return frames_.in_message(); }

 private:
  ssh::Frames frames_;
  std::size_t pending_ = 0;
};

/// A message with its length in front.
[[nodiscard]] std::string ssh_frame(ByteView message);

}  // namespace signet::agent
