#include "sandbox/counters.h"

namespace signet::sandbox {

json::Value Counters::to_json() const {
  json::Object by_service;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    by_service.set(std::string(service_name(static_cast<Service>(i))), requests.at(i).load());
  }
  return json::Object{{"schema", "signet.sandbox.counters/1"},
                      {"certificates", certificates.load()},
                      {"entries", entries.load()},
                      {"timestamps", timestamps.load()},
                      {"tokens", tokens.load()},
                      {"requests", std::move(by_service)}};
}

}  // namespace signet::sandbox
