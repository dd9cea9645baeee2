#include "protocol/pin_record.h"

#include "common/display.h"

namespace signet::protocol {
namespace {

constexpr std::uint8_t kPlain = 0x00;
constexpr std::uint8_t kInsists = 0x01;
constexpr char kTaken = 0x01;
constexpr char kRefused = 0x02;
constexpr std::size_t kMaxSentence = 300;
constexpr const char* kAgain = "enter it again";

}  // namespace

std::array<std::uint8_t, kPinRecordHead> PinRecordHead::encode() const {
  return {insists ? kInsists : kPlain, static_cast<std::uint8_t>(length)};
}

Result<PinRecordHead> parse_pin_record_head(ByteView head) {
  if (head.size() == kPinRecordHead && head[0] <= kInsists && head[1] > 0) {
    return PinRecordHead{.insists = head[0] == kInsists, .length = head[1]};
  }
  return fail(ErrorCode::InvalidRequest, "what came is no PIN", kAgain);
}

std::string encode_pin_answer(const Result<void>& outcome) {
  if (outcome) return {kTaken};
  return std::string(1, kRefused) + display_text(outcome.error().what, kMaxSentence);
}

Result<void> parse_pin_answer(std::string_view answer) {
  if (answer == std::string_view(&kTaken, 1)) return {};
  if (answer.size() >= 2 && answer.size() <= kMaxPinAnswer && answer.front() == kRefused) {
    const std::string_view why = answer.substr(1);
    return fail(why == kOtherPinComes ? ErrorCode::RateLimited : ErrorCode::InvalidRequest,
                "the PIN was not taken: " + display_text(why, kMaxSentence), kAgain);
  }
  return fail(ErrorCode::WorkerFailed, "the process that keeps the token's PIN went away before it had it", kAgain);
}

}  // namespace signet::protocol
