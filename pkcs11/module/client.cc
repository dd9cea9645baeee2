#include "pkcs11/module/client.h"

#include <algorithm>
#include <utility>

namespace signet::pkcs11 {
namespace {

/// More keys than this are looked for anew each time.
constexpr std::size_t kMaxKeys = 64;

}  // namespace

// The session is closed by Token::leave(), which knows whether it still exists.
Client::~Client() {
  if (session_) session_->abandon();
}

void Client::move_to(const Epoch& epoch) {
  if (epoch_ == epoch) return;
  keys_.clear();
  if (epoch_.opening == epoch.opening) destroy_session_key();
  session_key_.reset();
  if (session_ && epoch_.opening != epoch.opening) {
    session_->abandon();
    session_.reset();
  }
  epoch_ = epoch;
}

const SigningKey* Client::find_key(ByteView id, ByteView spki) const {
  const auto key = std::ranges::find_if(keys_, [&](const SigningKey& known) { return known.is(id, spki); });
  return key == keys_.end() ? nullptr : &*key;
}

const SigningKey& Client::remember(SigningKey key) {
  if (keys_.size() == kMaxKeys) keys_.clear();
  return keys_.emplace_back(std::move(key));
}

void Client::destroy_session_key() {
  if (session_key_ && session_) session_key_->destroy(*session_);
  session_key_.reset();
}

void Client::drop_session() {
  session_key_.reset();
  session_.reset();
  keys_.clear();
}

}  // namespace signet::pkcs11
