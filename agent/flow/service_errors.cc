#include "agent/flow/service_errors.h"

#include <utility>

namespace signet::agent {

Error name_the_service(Error error, ErrorCode unavailable, const std::string& service) {
  if (error.code != ErrorCode::Deadline) return error;
  error.code = unavailable;
  error.what = service + " did not answer in time: " + error.what;
  if (error.remedy.empty()) error.remedy = "check the network, then ask again";
  return error;
}

}  // namespace signet::agent
