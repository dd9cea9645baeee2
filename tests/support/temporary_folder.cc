#include "tests/support/temporary_folder.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace signet::test {
namespace {

[[noreturn]] void give_up(const std::string& step) {
  std::perror(step.c_str());
  std::abort();
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  const char* base = std::getenv("TMPDIR");
  std::string name = std::string(base == nullptr ? "/tmp" : base) + "/signet-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) give_up("mkdtemp " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name, std::string_view content, unsigned mode) const {
  const std::filesystem::path path = path_ / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file || ::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) give_up("write " + path.string());
  return path;
}

}  // namespace signet::test
