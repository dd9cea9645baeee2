// What pcscd says of the virtual reader, so that nobody has to guess when it has noticed a card.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace signet::test {

/// pcscd polls this kind of reader every 400 ms, and a card that is exchanged in between confuses it for good: whoever
/// puts a card in or out waits here until that was seen.
class ReaderWatch {
 public:
  /// For each slot of the reader, whether a card is to be in it; nothing: it does not matter.
  using Expected = std::array<std::optional<bool>, 2>;
  /// Of each slot: how often a card has come or gone.
  using Changes = std::array<unsigned long, 2>;

  /// Sets PCSCLITE_CSOCK_NAME for this process.
  explicit ReaderWatch(const std::filesystem::path& pcscd_socket);
  ~ReaderWatch();
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;

  /// Calls `seen` on another thread once pcscd says so. One at a time.
  void when(const Expected& expected, std::function<void()> seen);
  /// pcscd was killed: the next one counts anew.
  void forget();

 private:
  static constexpr unsigned long kNever = ~0UL;

  /// What pcscd had counted when it saw the card in each slot last. Shared with the thread, which may outlive this.
  std::shared_ptr<Changes> changes_with_card_ = std::make_shared<Changes>(Changes{kNever, kNever});
  std::thread thread_;
};

}  // namespace signet::test
