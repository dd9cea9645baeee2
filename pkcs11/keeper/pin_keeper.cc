#include "pkcs11/keeper/pin_keeper.h"

#include <algorithm>
#include <utility>

#include "common/file.h"

namespace signet::pkcs11 {
namespace {

constexpr std::string_view kRefused = "the token refused the PIN; it was forgotten and is not sent again";
constexpr std::string_view kNobodyKnows =
    "a login failed, and nobody knows whether the token refused the PIN; it was forgotten and is not sent again";

std::string cut(std::string text) {
  text.resize(std::min(text.size(), kMaxFrame - 1));
  return text;
}

}  // namespace

Result<PinKeeper> PinKeeper::load(const std::optional<std::filesystem::path>& file, bool proven) {
  auto page = LockedPage::make();
  if (!page) return fail(std::move(page.error()));
  PinKeeper keeper(std::move(*page));
  keeper.proven_ = proven;
  if (!file) {
    keeper.why_none_ = "no PIN is known for this token";
    return keeper;
  }
  auto secret = read_secret_file(*file, kMaxPin);
  if (!secret) {
    keeper.why_none_ = cut("the PIN cannot be read: " + secret.error().what);
  } else if (secret->empty()) {
    keeper.why_none_ = cut("the PIN's file is empty: " + file->string());
  } else if (!keeper.page_.assign(secret->reveal())) {
    return fail(ErrorCode::Bug, "a PIN is longer than its page");
  }
  return keeper;
}

void PinKeeper::enter(ByteView pin, bool insists) {
  replaced_ = replaced_ || handed_out_;
  handed_out_ = false;
  if (!page_.assign(text_of(pin))) return;
  entered_ = true;
  insists_ = insists;
  forgotten_ = false;
  proven_ = false;
  unclear_ = 0;
}

Frame PinKeeper::answer(bool last_try) const {
  if (last_try && holds_one() && !insists_) return {.kind = FrameKind::PinWithheld};
  if (holds_one()) return {.kind = FrameKind::PinIs, .content = page_.bytes()};
  return {.kind = forgotten_ ? FrameKind::PinForgotten : FrameKind::PinUnknown, .content = bytes_of(why_none_)};
}

void PinKeeper::answered() { handed_out_ = holds_one(); }

void PinKeeper::accepted() {
  if (is_about_another() || !handed_out_) return;
  insists_ = false;
  handed_out_ = false;
  proven_ = true;
  unclear_ = 0;
}

void PinKeeper::refused() {
  if (is_about_another()) return;
  handed_out_ = false;
  withdraw(kRefused);
}

void PinKeeper::unused() {
  if (!is_about_another()) handed_out_ = false;
}

void PinKeeper::unclear() {
  if (is_about_another() || !std::exchange(handed_out_, false)) return;
  ++unclear_;
  if (!proven_ || unclear_ > 1) withdraw(kNobodyKnows);
}

void PinKeeper::gone() {
  if (proven_) {
    unused();
  } else {
    unclear();
  }
}

void PinKeeper::child_ended() { unclear(); }

void PinKeeper::withdraw(std::string_view why) {
  if (!holds_one()) return;
  forgotten_ = !entered_;
  forget(why);
}

void PinKeeper::forget(std::string_view why) {
  page_.clear();
  why_none_ = why;
  replaced_ = replaced_ || handed_out_;
  handed_out_ = false;
  insists_ = false;
}

}  // namespace signet::pkcs11
