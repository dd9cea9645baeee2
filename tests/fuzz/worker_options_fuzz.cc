// The command line of the worker programs: what is accepted goes to the child and means the same there.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "pkcs11/link/options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  std::vector<std::string_view> arguments;
  std::string_view rest = text_of(ByteView(data, size));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    arguments.push_back(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  auto options = pkcs11::parse_options(arguments, pkcs11::Program::Token);
  if (!options || options->help || options->version) return 0;
  options->client = 1;
  const auto encoded = pkcs11::encode_child_arguments(*options);
  const auto again = pkcs11::parse_options(std::vector<std::string_view>(encoded.begin(), encoded.end()),
                                           options->piv ? pkcs11::Program::Piv : pkcs11::Program::Module);
  if (!again || again->module != options->module || again->needs != options->needs || again->pin_file) __builtin_trap();
  return 0;
}
