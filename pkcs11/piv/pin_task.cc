#include "pkcs11/piv/pin_task.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/secret.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array<std::string_view, 4> kTasks = {"tries", "verify", "change", "unblock"};

// A PIN or PUK as the card takes it, wiped when it goes.
class Padded {
 public:
  explicit Padded(ByteView secret) : bytes_(pad_pin(secret)) {}
  ~Padded() {
    if (bytes_) wipe(bytes_->data(), bytes_->size());
  }
  Padded(const Padded&) = delete;
  Padded& operator=(const Padded&) = delete;

  explicit operator bool() const { return bytes_.has_value(); }
  [[nodiscard]] ByteView bytes() const { return *bytes_; }

 private:
  std::optional<std::array<std::uint8_t, 8>> bytes_;
};

std::string_view first_of(PinTask task) { return task == PinTask::Unblock ? "PUK" : "PIN"; }

Result<Response> send(CardExchange& card, PinTask task, const Padded& first, const Padded& second) {
  if (task == PinTask::Verify) return verify_pin(card, first.bytes());
  if (task == PinTask::Change) return change_pin(card, first.bytes(), second.bytes());
  return unblock_pin(card, first.bytes(), second.bytes());
}

Result<void> refuse_length(std::string_view what) {
  return fail(ErrorCode::InvalidRequest, std::string(what) + " of a PIV card has 6 to 8 characters; nothing was sent",
              "try again");
}

Result<void> blocked(PinTask task) {
  if (task == PinTask::Unblock) {
    return fail(ErrorCode::PinLocked, "the card's PUK is locked",
                "only a reset of the PIV applet helps, which destroys its keys: ykman piv reset");
  }
  return fail(ErrorCode::PinLocked, "the card's PIN is locked",
              "unblock it with the PUK: signet token pin unblock TOKEN");
}

Result<void> verdict(PinTask task, std::uint16_t status) {
  const std::string what(first_of(task));
  if (const auto left = tries_left(status)) {
    if (*left == 0) return blocked(task);
    return fail(ErrorCode::PinIncorrect,
                "the card refused the " + what + "; " + std::to_string(*left) +
                    (*left == 1 ? " try is left" : " tries are left"),
                "try again");
  }
  if (task == PinTask::Verify) {
    return fail(ErrorCode::WorkerFailed, "the card answered nonsense to its PIN (" + status_text(status) + ")",
                "unplug the token, plug it in and try again");
  }
  return fail(ErrorCode::InvalidRequest, "the card does not take this new PIN (" + status_text(status) + ")",
              "choose another one, of 6 to 8 digits");
}

// Whoever uses the card next shall not find it open.
Result<int> count_tries(CardExchange& card) {
  for (bool forgotten = false;; forgotten = true) {
    const auto tries = read_pin_tries(card);
    if (!tries) return fail(tries.error());
    if (!tries->verified || forgotten) return tries->left;
    if (auto forgot = forget_pin(card); !forgot) return fail(std::move(forgot.error()));
  }
}

}  // namespace

std::optional<PinTask> pin_task_from(std::string_view name) {
  const auto found = std::ranges::find(kTasks, name);
  if (found == kTasks.end()) return std::nullopt;
  return static_cast<PinTask>(found - kTasks.begin());
}

std::size_t count_secrets(PinTask task) {
  if (task == PinTask::Tries) return 0;
  return task == PinTask::Verify ? 1 : 2;
}

Result<std::optional<int>> do_pin_task(CardExchange& card, PinTask task, ByteView first, ByteView second) {
  if (task == PinTask::Tries) {
    const auto tries = count_tries(card);
    return tries ? Result<std::optional<int>>(*tries) : fail(tries.error());
  }
  const Padded old(first);
  const Padded fresh(count_secrets(task) == 2 ? second : first);
  if (!old) return fail(refuse_length("the " + std::string(first_of(task))).error());
  if (!fresh) return fail(refuse_length("the new PIN").error());
  const auto response = send(card, task, old, fresh);
  if (!response) return fail(response.error());
  if (!response->is_good()) return fail(verdict(task, response->status).error());
  // From here on it is done, whatever comes.
  const auto tries = count_tries(card);
  return tries ? std::optional(*tries) : std::nullopt;
}

}  // namespace signet::pkcs11
