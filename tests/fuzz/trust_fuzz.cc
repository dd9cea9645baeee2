// What an instance is configured by: its trusted root and its signing config.
#include <cstdint>
#include <cstdlib>

#include "sigstore/trust/signing_config.h"
#include "sigstore/trust/trusted_root.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::sigstore;
  const std::string_view text = text_of(ByteView(data, size));
  static_cast<void>(parse_trusted_root(text));
  const auto config = parse_signing_config(text);
  if (!config) return 0;
  const WallTime now = wall_time_from_unix(1769860800);
  if (const auto one = select_one(config->certificate_authorities, {1}, now, "CA")) {
    if (one->major_api_version != 1 || !one->valid_for.contains(now)) std::abort();
  }
  if (const auto logs = select_services(config->logs, config->log_selection, {1, 2}, now, "log")) {
    if (logs->empty() || config->log_selection.selector == Selector::Undefined) std::abort();
    for (const Service& log : *logs) {
      if (log.major_api_version != logs->front().major_api_version) std::abort();
    }
  }
  return 0;
}
