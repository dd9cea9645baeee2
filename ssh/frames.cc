#include "ssh/frames.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/secret.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

constexpr std::size_t kLengthSize = 4;
// What a stream at rest may keep: many clients stay for hours.
constexpr std::size_t kKept = std::size_t{4} * 1024;

}  // namespace

Frames::~Frames() { wipe(buffer_.data(), buffer_.size()); }

// By hand, because a vector that grows frees its old memory without wiping it. What was handed out is left behind.
void Frames::move_to(std::size_t capacity) {
  Bytes next;
  next.reserve(capacity);
  append(next, ByteView(buffer_).subspan(start_));
  wipe(buffer_.data(), buffer_.size());
  buffer_ = std::move(next);
  tail_ -= start_;
  start_ = 0;
}

// Twice as much each time, but never more than the longest message needs.
void Frames::append_wiping(ByteView bytes) {
  const std::size_t kept = buffer_.size() - start_;
  if (buffer_.size() + bytes.size() > buffer_.capacity()) {
    move_to(std::max(kept + bytes.size(), std::min(2 * kept, kLengthSize + kMaxAgentMessage)));
  }
  append(buffer_, bytes);
}

std::size_t Frames::length_at(std::size_t at) const {
  return Reader(ByteView(buffer_).subspan(at, kLengthSize), "a length").uint32();
}

Result<void> Frames::feed(ByteView bytes) {
  append_wiping(bytes);
  while (buffer_.size() - tail_ >= kLengthSize) {
    const std::size_t length = length_at(tail_);
    if (length == 0) return fail(ErrorCode::InvalidRequest, "an empty message of the SSH agent protocol");
    if (length > kMaxAgentMessage) {
      return fail(ErrorCode::LimitExceeded,
                  "a message of the SSH agent protocol is longer than " + std::to_string(kMaxAgentMessage) + " bytes");
    }
    if (buffer_.size() - tail_ - kLengthSize < length) break;
    tail_ += kLengthSize + length;
  }
  return {};
}

std::optional<Bytes> Frames::next() {
  if (start_ == tail_) return std::nullopt;
  const std::size_t length = length_at(start_);
  const ByteView message = ByteView(buffer_).subspan(start_ + kLengthSize, length);
  Bytes taken = to_bytes(message);
  wipe(buffer_.data() + start_ + kLengthSize, length);
  start_ += kLengthSize + length;
  const std::size_t kept = buffer_.size() - start_;
  if (buffer_.capacity() > kKept && 2 * kept < buffer_.capacity()) move_to(kept);
  if (start_ == buffer_.size()) {
    buffer_.clear();
    start_ = tail_ = 0;
  }
  return taken;
}

Bytes encode_frame(ByteView message) { return Writer().string(message).take(); }

}  // namespace signet::ssh
