#include "tests/card/apdu_log.h"

#include <algorithm>
#include <sstream>

#include "common/hex.h"

namespace signet::test {

void ApduLog::begin(ByteView command) { file_ << encode_hex(command) << ' ' << std::flush; }

void ApduLog::end(ByteView answer) {
  const std::size_t size = std::min<std::size_t>(answer.size(), 2);
  file_ << encode_hex(answer.last(size)) << std::endl;
}

std::vector<Apdu> read_apdu_log(const std::filesystem::path& file) {
  std::ifstream log(file);
  std::vector<Apdu> apdus;
  for (std::string line; std::getline(log, line);) {
    std::istringstream words(line);
    Apdu apdu;
    words >> apdu.command >> apdu.status;
    apdus.push_back(apdu);
  }
  return apdus;
}

}  // namespace signet::test
