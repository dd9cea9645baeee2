// One whole configuration that is right, and what changes it in one place.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "config/configuration.h"

namespace signet::config {

/// Two identities on two tokens, with every key that is not left to its default.
[[nodiscard]] const std::string& whole();

/// whole() with its one `from` replaced. Ends the test program where that does not stand there once.
[[nodiscard]] std::string changed(std::string_view from, std::string_view to);

/// "/home/me/config.toml:LINE:COLUMN: " of the first `marker` in `text`; of the beginning of the file where it is
/// empty.
[[nodiscard]] std::string place_of(std::string_view text, std::string_view marker);

[[nodiscard]] Result<Configuration> parse(std::string_view text);

/// One change that makes the configuration wrong.
struct Mistake {
  std::string_view from;
  std::string_view to;
  std::string_view marker;  ///< where the message points to, in the changed text
  std::string_view reason;
  ErrorCode code = ErrorCode::InvalidRequest;
};
std::ostream& operator<<(std::ostream& out, const Mistake& mistake);

/// The change is refused with its reason, at its place.
void expect_mistake(const Mistake& mistake);

}  // namespace signet::config
