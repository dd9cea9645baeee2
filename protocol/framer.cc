#include "protocol/framer.h"

#include <algorithm>
#include <utility>

#include "common/secret.h"
#include "protocol/limits.h"

namespace signet::protocol {
Framer::Framer(std::size_t max_message) : max_message_(max_message) {}

Framer::~Framer() { wipe(buffer_); }

// By hand, because std::string frees its old memory without wiping it.
void Framer::move_to(std::size_t capacity) {
  std::string next;
  next.reserve(capacity);
  next.append(buffer_, start_, buffer_.size() - start_);
  wipe(buffer_);
  buffer_ = std::move(next);
  tail_ -= start_;
  start_ = 0;
}

// Twice as much each time, but never more than the longest message needs.
void Framer::make_room(std::size_t more) {
  if (buffer_.size() + more <= buffer_.capacity()) return;
  const std::size_t kept = buffer_.size() - start_;
  move_to(std::max(kept + more, std::min(2 * kept, max_message_ + 1)));
}

Result<void> Framer::feed(std::string_view bytes) {
  make_room(bytes.size());
  const std::size_t before = buffer_.size();
  buffer_.append(bytes);
  const auto too_long = [this](std::size_t end) { return end - tail_ > max_message_; };
  for (std::size_t nul = buffer_.find('\0', before); nul != std::string::npos; nul = buffer_.find('\0', nul + 1)) {
    if (too_long(nul)) break;
    tail_ = nul + 1;
  }
  if (!too_long(buffer_.size())) return {};
  return fail(ErrorCode::LimitExceeded, "a message is longer than " + std::to_string(max_message_) + " bytes",
              "send less in one request");
}

std::optional<std::string> Framer::next() {
  if (start_ == tail_) return std::nullopt;
  const std::size_t end = buffer_.find('\0', start_);
  if (start_ == 0 && end + 1 == buffer_.size()) {
    tail_ = 0;
    buffer_.pop_back();
    return std::exchange(buffer_, std::string());
  }
  std::string message = buffer_.substr(start_, end - start_);
  wipe(buffer_.data() + start_, end - start_);
  start_ = end + 1;
  if (buffer_.capacity() > kKeptBuffer && 2 * pending() < buffer_.capacity()) move_to(pending());
  return message;
}

std::string Framer::take_rest() {
  std::string rest = buffer_.substr(start_);
  wipe(buffer_);
  buffer_.clear();
  start_ = 0;
  tail_ = 0;
  return rest;
}

bool Framer::in_message() const { return buffer_.size() > tail_; }

}  // namespace signet::protocol
