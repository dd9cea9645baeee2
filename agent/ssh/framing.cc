#include "agent/ssh/framing.h"

#include <algorithm>

#include "common/secret.h"

namespace signet::agent {
namespace {

constexpr std::size_t kLengthSize = 4;

// It may be a password. A short text lies in the string itself, and each move of it leaves a copy behind that nobody
// wipes: memory of its own moves as it is.
std::string text_of_its_own(ByteView bytes) {
  std::string text;
  text.reserve(std::max(bytes.size(), text.capacity() + 1));
  text += text_of(bytes);
  return text;
}

}  // namespace

Result<void> SshFraming::feed(std::string_view bytes) {
  pending_ += bytes.size();
  return frames_.feed(bytes_of(bytes));
}

std::optional<std::string> SshFraming::next() {
  auto message = frames_.next();
  if (!message) return std::nullopt;
  pending_ -= kLengthSize + message->size();
  std::string text = text_of_its_own(*message);
  wipe(message->data(), message->size());  // it may hold a password
  return text;
}

// What is on its way to another agent may hold a password or a private key.
std::string ssh_frame(ByteView message) {
  Bytes frame = ssh::encode_frame(message);
  std::string text = text_of_its_own(frame);
  wipe(frame.data(), frame.size());
  return text;
}

}  // namespace signet::agent
