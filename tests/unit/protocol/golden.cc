#include "tests/unit/protocol/golden.h"

#include <cstdlib>
#include <filesystem>

#include "common/file.h"

namespace signet::test {

std::string golden(std::string_view interface, std::string_view message, std::string_view made) {
  const std::filesystem::path file =
      std::filesystem::path(SIGNET_SOURCE_DIR) / "tests" / "golden" / interface / (std::string(message) + "-v1.json");
  const char* accept = std::getenv("SIGNET_ACCEPT_GOLDEN");
  if (accept != nullptr && std::string_view(accept) == "1") {
    std::filesystem::create_directories(file.parent_path());
    if (!write_file_atomic(file, std::string(made) + "\n", 0644)) std::abort();
  }
  auto text = read_file(file, std::size_t{1} << 20);
  if (!text) return {};
  if (text->ends_with('\n')) text->pop_back();
  return std::move(*text);
}

}  // namespace signet::test
