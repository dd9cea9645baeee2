// A PIN or PUK with its tries.
#pragma once

#include <string>

#include "common/bytes.h"
#include "tests/card/apdu.h"

namespace signet::test {

class CardPin {
 public:
  CardPin(std::string value, int tries, int used_up = 0) : value_(std::move(value)), tries_(tries), left_(tries) {
    left_ -= used_up;
  }

  /// Compares with what is padded to 8 bytes with FF. A wrong one costs a try; the right one gives all tries back.
  [[nodiscard]] Status check(ByteView padded);
  /// 63Cn or 6983.
  [[nodiscard]] Status state() const { return left_ == 0 ? Status::Blocked : tries_left(left_); }
  [[nodiscard]] int tries() const { return tries_; }
  [[nodiscard]] int left() const { return left_; }
  [[nodiscard]] bool is(const std::string& value) const { return value_ == value; }

  /// False where this is no PIN: 6 to 8 bytes, padded with FF to 8.
  [[nodiscard]] static bool well_formed(ByteView padded);
  /// All tries are there again.
  void change(ByteView padded);

 private:
  std::string value_;
  int tries_;
  int left_;
};

}  // namespace signet::test
