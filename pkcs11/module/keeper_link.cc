#include "pkcs11/module/keeper_link.h"

#include <chrono>
#include <string>
#include <utility>

#include "common/display.h"
#include "pkcs11/link/frames.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

/// The keeper answers from memory; it is late only when the machine is.
constexpr std::chrono::seconds kAnswerTime{10};

FrameKind outcome_of(CK_RV login) {
  if (login == CKR_OK) return FrameKind::PinAccepted;
  if (login == CKR_USER_ALREADY_LOGGED_IN) return FrameKind::PinUnused;
  if (refuses_pin(login)) return FrameKind::PinRefused;
  return error_from(login, "C_Login").code == ErrorCode::TokenRemoved ? FrameKind::PinGone : FrameKind::PinUnclear;
}

Error login_error(CK_RV login) {
  Error error = error_from(login, "C_Login");
  if (refuses_pin(login) && error.code != ErrorCode::PinLocked) error.code = ErrorCode::PinIncorrect;
  return error;
}

}  // namespace

Result<KeeperLink> KeeperLink::make(UniqueFd link) {
  auto page = LockedPage::make();
  if (!page) return fail(std::move(page.error()));
  return KeeperLink(std::move(link), std::move(*page));
}

Result<void> KeeperLink::log_in(const std::function<CK_RV(ByteView pin)>& login) {
  std::size_t size = 0;
  if (auto fetched = fetch_pin(size); !fetched) return fetched;
  const CK_RV result = login(ByteView(page_.room()).subspan(1, size));
  page_.clear();
  if (auto told = send_frame(link_.get(), outcome_of(result)); !told) return told;
  if (result == CKR_OK || result == CKR_USER_ALREADY_LOGGED_IN) return {};
  return fail(login_error(result));
}

Result<void> KeeperLink::fetch_pin(std::size_t& size) {
  if (auto sent = send_frame(link_.get(), FrameKind::PinWanted); !sent) return sent;
  const auto frame = receive_frame(link_.get(), page_.room(), Deadline::after(kAnswerTime));
  if (!frame) return fail(frame.error());
  size = frame->content.size();
  if (frame->kind == FrameKind::PinIs && size >= 1 && size <= kMaxPin) return {};
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
