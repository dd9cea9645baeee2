#include "pkcs11/link/report.h"

#include <cstdio>
#include <string>

namespace signet::pkcs11 {

void report(std::string_view program, std::string_view text) {
  std::string line(program);
  line.append(": ").append(text).push_back('\n');
  // Where nobody listens there is nobody to tell.
  (void)std::fputs(line.c_str(), stderr);
}

int refuse(std::string_view program, const Error& error, int status) {
  report(program, error.sentence());
  if (!error.remedy.empty()) report(program, error.remedy);
  return status;
}

int show(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : kStatusEnvironment;
}

}  // namespace signet::pkcs11
