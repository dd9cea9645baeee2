// The real pcscd with the virtual reader, behind a socket of its own.
#pragma once

#include <filesystem>
#include <optional>

#include "common/unique_fd.h"
#include "tests/support/process.h"

namespace signet::test {

class ReaderService {
 public:
  /// The reader listens for the card of its first slot here, for that of the second one port higher. Nobody else is in
  /// this network.
  static constexpr unsigned short kPort = 36001;

  /// Writes reader.conf; the socket is FOLDER/pcscd.comm.
  explicit ReaderService(std::filesystem::path folder);

  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "pcscd.comm"; }
  /// The socket is there before pcscd is, so a client may come at once.
  void start();
  /// Kills pcscd and takes the socket away, so that a client is refused and does not wait for who comes back.
  void stop();
  [[nodiscard]] bool running() const { return pcscd_.has_value(); }

 private:
  std::filesystem::path folder_;
  UniqueFd listener_;
  std::optional<Process> pcscd_;
};

}  // namespace signet::test
