// What pcscd says of the virtual reader, so that nobody has to guess when it has noticed a card.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

namespace signet::test {

/// pcscd polls this kind of reader every 400 ms, and a card that is exchanged in between confuses it for good: whoever
/// puts a card in or out waits here until that was seen.
class ReaderWatch {
 public:
  /// For each slot of the reader, whether a card is to be in it; nothing: it does not matter.
  using Expected = std::array<std::optional<bool>, 2>;

  /// Sets PCSCLITE_CSOCK_NAME for this process.
  explicit ReaderWatch(const std::filesystem::path& pcscd_socket);
  ~ReaderWatch();
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;

  /// Calls `seen` on another thread once pcscd says so. One at a time.
  void when(const Expected& expected, std::function<void()> seen);

 private:
  std::thread thread_;
};

}  // namespace signet::test
