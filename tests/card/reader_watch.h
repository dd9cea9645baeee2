// What pcscd says of the virtual reader, so that nobody has to guess when it has noticed a card.
#pragma once

#include <filesystem>
#include <functional>
#include <thread>

namespace signet::test {

/// pcscd polls this kind of reader every 400 ms, and a card that is exchanged in between confuses it for good: whoever
/// puts a card in or out waits here until that was seen.
class ReaderWatch {
 public:
  /// Sets PCSCLITE_CSOCK_NAME for this process.
  explicit ReaderWatch(const std::filesystem::path& pcscd_socket);
  ~ReaderWatch();
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;

  /// Calls `seen` on another thread once the first reader holds a card, or holds none. One at a time.
  void when(bool present, std::function<void()> seen);

 private:
  std::thread thread_;
};

}  // namespace signet::test
