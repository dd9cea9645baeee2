// One list of errors: ErrorCode, the interface files and docs/errors.md say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "common/error.h"
#include "common/file.h"
#include "protocol/interfaces.h"

namespace signet::protocol {
namespace {

using testing::ElementsAreArray;

std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (std::size_t i = 0; i < kErrorCodeCount; ++i) codes.push_back(static_cast<ErrorCode>(i));
  return codes;
}

TEST(Errors, OfTheAgentsInterfaceAreTheCodesInTheirOrder) {
  const auto declared = parse_interface(kAgentInterface);
  ASSERT_TRUE(declared) << declared.error().what;
  std::vector<std::string> names;
  for (const ErrorCode code : all_codes()) {
    if (!is_client_side(code)) names.emplace_back(error_name(code));
  }
  EXPECT_THAT(declared->errors, ElementsAreArray(names));
}

TEST(Errors, OfTheTokensInterfaceAreSomeOfThem) {
  const auto declared = parse_interface(kTokenInterface);
  ASSERT_TRUE(declared) << declared.error().what;
  EXPECT_FALSE(declared->errors.empty());
  for (const std::string& name : declared->errors) {
    const auto code = error_code_from_name(name);
    ASSERT_TRUE(code) << name;
    EXPECT_FALSE(is_client_side(*code));
  }
}

// Rows "| `Name` | status | meaning |".
TEST(Errors, OfTheDocumentAreTheCodesWithTheirExitStatus) {
  const auto text = read_file(std::filesystem::path(SIGNET_SOURCE_DIR) / "docs" / "errors.md", 1 << 20);
  ASSERT_TRUE(text) << text.error().what;
  std::vector<std::string> documented;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const auto name_end = line.find('`', 3);
    const auto status = line.find("| ", name_end) + 2;
    documented.push_back(line.substr(3, name_end - 3) + " " + line.substr(status, line.find(' ', status) - status));
  }
  std::vector<std::string> expected;
  for (const ErrorCode code : all_codes()) {
    expected.push_back(std::string(error_name(code)) + " " + std::to_string(exit_status(code)));
  }
  EXPECT_THAT(documented, ElementsAreArray(expected));
}

}  // namespace
}  // namespace signet::protocol
