#include "pkcs11/piv/holders.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace signet::pkcs11 {
namespace {

// As /proc/PID/comm has them: at most 15 bytes.
constexpr std::array<std::string_view, 8> kKnown = {"scdaemon",      "ykman",      "yubico-authenti", "yubico-piv-tool",
                                                    "yubikey-agent", "pivy-agent", "opensc-tool",     "pkcs11-tool"};

}  // namespace

std::string likely_holders() {
  std::string holders;
  std::error_code trouble;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", trouble)) {
    const std::string number = entry.path().filename().string();
    if (!std::ranges::all_of(number, [](char digit) { return digit >= '0' && digit <= '9'; })) continue;
    std::ifstream file(entry.path() / "comm");
    std::string name;
    if (!std::getline(file, name) || std::ranges::find(kKnown, name) == kKnown.end()) continue;
    holders.append(holders.empty() ? "" : ", ").append(name).append(" (process ").append(number).append(")");
  }
  return holders;
}

}  // namespace signet::pkcs11
