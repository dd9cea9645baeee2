#include "pkcs11/serving/keeper_link.h"

#include <chrono>
#include <string>
#include <utility>

#include "common/display.h"
#include "pkcs11/link/frames.h"

namespace signet::pkcs11 {
namespace {

/// The keeper answers from memory; it is late only when the machine is.
constexpr std::chrono::seconds kAnswerTime{10};

FrameKind frame_for(PinOutcome outcome) {
  switch (outcome) {
    case PinOutcome::Accepted:
      return FrameKind::PinAccepted;
    case PinOutcome::Unneeded:
      return FrameKind::PinUnused;
    case PinOutcome::Refused:
      return FrameKind::PinRefused;
    case PinOutcome::Gone:
      return FrameKind::PinGone;
    case PinOutcome::Unclear:
      break;
  }
  return FrameKind::PinUnclear;
}

}  // namespace

Result<KeeperLink> KeeperLink::make(UniqueFd link) {
  auto page = LockedPage::make();
  if (!page) return fail(std::move(page.error()));
  return KeeperLink(std::move(link), std::move(*page));
}

Result<void> KeeperLink::log_in(const std::function<PinAnswer(ByteView pin)>& send, Tries tries) {
  std::size_t size = 0;
  if (auto fetched = fetch_pin(size, tries); !fetched) return fetched;
  PinAnswer answer = send(ByteView(page_.room()).subspan(1, size));
  page_.clear();
  if (auto told = send_frame(link_.get(), frame_for(answer.outcome)); !told) return told;
  if (answer.outcome == PinOutcome::Accepted || answer.outcome == PinOutcome::Unneeded) return {};
  return fail(std::move(answer.error));
}

Result<void> KeeperLink::fetch_pin(std::size_t& size, Tries tries) {
  const FrameKind question = tries == Tries::Last ? FrameKind::LastTry : FrameKind::PinWanted;
  if (auto sent = send_frame(link_.get(), question); !sent) return sent;
  const auto frame = receive_frame(link_.get(), page_.room(), Deadline::after(kAnswerTime));
  if (!frame) return fail(frame.error());
  size = frame->content.size();
  if (frame->kind == FrameKind::PinIs && size >= 1 && size <= kMaxPin) return {};
  if (frame->kind == FrameKind::PinWithheld) {
    return fail(ErrorCode::PinLocked, "one more wrong PIN would lock the token, so none is sent",
                "log in once with the right PIN, by the token's own tool");
  }
  const std::string sentence = display_text(text_of(frame->content), kMaxFrame);
  if (frame->kind == FrameKind::PinUnknown) {
    return fail(ErrorCode::PinRequired, sentence, "set the token's pin in the configuration, then restart the agent");
  }
  if (frame->kind == FrameKind::PinForgotten) {
    return fail(ErrorCode::PinIncorrect, sentence, "correct the PIN where it is configured, then restart the agent");
  }
  page_.clear();
  return fail(ErrorCode::Bug, "the keeper answered with a frame that is no answer");
}

void KeeperLink::wake() const {
  // A keeper that cannot be told is awake already, with a full link, or has gone.
  [[maybe_unused]] const auto told = send_frame(link_.get(), FrameKind::Wake);
}

}  // namespace signet::pkcs11
