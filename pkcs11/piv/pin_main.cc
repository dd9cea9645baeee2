// signet-piv-pin: what `signet token pin` runs. It gets PINs over a socket, never as arguments, and ends with them.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/file.h"
#include "common/hardening.h"
#include "common/locked_page.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/report.h"
#include "pkcs11/piv/live_card.h"
#include "pkcs11/piv/pin_task.h"

namespace signet::pkcs11 {
namespace {

constexpr std::string_view kName = "signet-piv-pin";
constexpr int kSocket = 3;
constexpr std::string_view kHelp =
    R"(signet-piv-pin - asks a PIV card about its PIN, or changes it

usage: signet-piv-pin tries|verify|change|unblock [--token-serial S]

`signet token pin` runs it; nobody else has to. It inherits descriptor 3, a socket, and reads there until its end what
the task wants, each as one byte with its length and then itself: verify the PIN, change the PIN and the new one,
unblock the PUK and the new PIN. It answers there with a line, the number of tries that the PIN has, or "unknown"; or with three
lines: an error's name, what happened, what next.

exit status: 0 it answered; 2 wrong use; 3 the system refused something that is needed
)";
constexpr std::chrono::seconds kPatience{10};

struct Wish {
  PinTask task = PinTask::Tries;
  std::optional<std::string> serial{};
};

Result<Wish> read_wish(const std::vector<std::string_view>& arguments) {
  const auto task = arguments.empty() ? std::nullopt : pin_task_from(arguments[0]);
  if (!task) return fail(ErrorCode::InvalidRequest, "no task, or one that is not known", "try --help");
  if (arguments.size() == 1) return Wish{.task = *task};
  if (arguments.size() != 3 || arguments[1] != "--token-serial") {
    return fail(ErrorCode::InvalidRequest, "arguments that are not known", "try --help");
  }
  return Wish{.task = *task, .serial = std::string(arguments[2])};
}

// All that comes, into locked memory.
Result<std::vector<ByteView>> read_secrets(LockedPage& page, std::size_t wanted) {
  std::size_t size = 0;
  for (std::span<std::uint8_t> room = page.room(); wanted > 0 && size < room.size();) {
    const ssize_t got = ::read(kSocket, room.data() + size, room.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::InvalidRequest, "reading the task: " + errno_text(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  page.resize(size);
  std::vector<ByteView> secrets;
  for (ByteView rest = page.bytes(); secrets.size() < wanted;) {
    if (rest.empty() || rest.size() < std::size_t{1} + rest[0]) {
      return fail(ErrorCode::InvalidRequest, "less came than the task wants", "try --help");
    }
    secrets.push_back(rest.subspan(1, rest[0]));
    rest = rest.subspan(std::size_t{1} + rest[0]);
  }
  return secrets;
}

Result<std::optional<int>> work(const Wish& wish) {
  auto page = LockedPage::make();
  if (!page) return fail(std::move(page.error()));
  auto secrets = read_secrets(*page, count_secrets(wish.task));
  if (!secrets) return fail(std::move(secrets.error()));
  secrets->resize(2);
  LiveCard card(wish.serial);
  std::optional<int> left;
  bool begun = false;
  bool finished = false;
  const auto nobody_left = [] { return false; };
  const LiveCard::Work once = [&](CardExchange& exchange, const LiveCard::Commit& /*commit*/) -> Result<void> {
    if (std::exchange(begun, true)) {
      return fail(ErrorCode::WorkerFailed, "the card was reset while it was asked, and is not asked again",
                  "see how many tries are left, and which PIN it has: signet token pin verify TOKEN");
    }
    auto tries = do_pin_task(exchange, wish.task, (*secrets)[0], (*secrets)[1]);
    if (!tries) return fail(std::move(tries.error()));
    left = *tries;
    finished = true;
    return {};
  };
  auto done = card.run(nobody_left, Deadline::after(kPatience), once);
  if (!done && !finished) return fail(std::move(done.error()));
  return left;
}

bool answer(const Result<std::optional<int>>& left) {
  std::string text = left && *left ? std::to_string(**left) + "\n" : "unknown\n";
  if (!left)
    text = std::string(error_name(left.error().code)) + "\n" + left.error().what + "\n" + left.error().remedy + "\n";
  return ::send(kSocket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace
}  // namespace signet::pkcs11

int main(int argc, char** argv) {
  using namespace signet::pkcs11;
  if (auto hard = signet::harden_process(); !hard) return refuse(kName, hard.error(), kStatusEnvironment);
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--help") return show(kHelp);
  const auto wish = read_wish(arguments);
  if (!wish) return refuse(kName, wish.error(), kStatusUsage);
  if (auto socket = check_socket(kSocket, false); !socket) return refuse(kName, socket.error(), kStatusUsage);
  return answer(work(*wish)) ? 0 : kStatusEnvironment;
}
