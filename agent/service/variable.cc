#include "agent/service/variable.h"

#include <charconv>
#include <cstdlib>
#include <system_error>

#include "common/display.h"

namespace signet::agent {

std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string copy = value;
  (void)::unsetenv(name);
  return copy;
}

Result<std::uint64_t> parse_number(std::string_view variable, std::string_view value) {
  std::uint64_t number = 0;
  const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (trouble == std::errc() && end == value.data() + value.size()) return number;
  return fail(ErrorCode::InvalidRequest,
              "the variable " + std::string(variable) + " holds no number but \"" + display_text(value, 40) + "\"",
              "a service manager sets it; unset it where there is none");
}

}  // namespace signet::agent
