// signet's agent as a client sees it that does no more than it must: one message out, one message in.
#pragma once

#include <filesystem>
#include <string_view>

#include "bench/rounds.h"
#include "protocol/channel.h"
#include "sigstore/encoding/public_key.h"

namespace signet::bench {

/// The message of a Sign call for one digest with output "raw", its NUL included.
///
/// @param identity  empty: the default one
/// @param deadline_ms  0: none is named
[[nodiscard]] std::string raw_call(const Digest& digest, std::string_view identity = {}, int deadline_ms = 0);

/// Connects, or ends the program.
[[nodiscard]] protocol::Channel connect_to(const std::filesystem::path& socket);

/// Sends the message and waits for the one reply. Ends the program where none comes.
[[nodiscard]] std::string ask(protocol::Channel& channel, std::string_view message);

/// The signature in a reply to raw_call(). Ends the program where there is none.
[[nodiscard]] Bytes signature_in(std::string_view reply);

/// A client that signs another digest each time. The first signature is checked under `key`, where one is given.
[[nodiscard]] Operation raw_client(const std::filesystem::path& socket, const sigstore::PublicKey* key = nullptr,
                                   std::string identity = {});

}  // namespace signet::bench
