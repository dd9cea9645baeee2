#include "sandbox/timestamp_api.h"

#include <chrono>
#include <utility>

namespace signet::sandbox {
namespace {

StampOptions options_of(const Fault& fault, WallTime now) {
  StampOptions options{.time = {},
                       .other_nonce = fault.lies("other-nonce"),
                       .other_imprint = fault.lies("other-imprint"),
                       .by_other_key = fault.lies("other-key")};
  if (fault.lies("future")) options.time = now + std::chrono::hours(1);
  return options;
}

HttpReply stamp(const TimestampAuthority& authority, const HttpCall& call, const StampOptions& options,
                Counters& counters) {
  if (call.header("content-type") != "application/timestamp-query") {
    return {.status = 415, .content_type = "text/plain", .body = "send application/timestamp-query"};
  }
  const auto response = authority.answer(bytes_of(call.body), options);
  if (!response) return {.status = 400, .content_type = "text/plain", .body = response.error().what};
  const bool granted = is_granted(*response);
  if (granted) ++counters.timestamps;
  return {.status = granted ? 201U : 200U,
          .content_type = "application/timestamp-reply",
          .body = std::string(text_of(*response))};
}

}  // namespace

ServiceHandler make_timestamp_api(const TimestampAuthority& authority, const Clock& clock, Counters& counters) {
  return [&authority, &clock, &counters](const HttpCall& call, const Fault& fault) -> Awaitable<HttpReply> {
    if (call.method == "POST" && call.path == "/api/v1/timestamp") {
      co_return stamp(authority, call, options_of(fault, clock.now()), counters);
    }
    if (call.method == "GET" && call.path == "/api/v1/timestamp/certchain") {
      const Hierarchy& chain = authority.hierarchy();
      co_return HttpReply{.content_type = "application/pem-certificate-chain",
                          .body = chain.issuing.certificate.pem() + chain.root.certificate.pem()};
    }
    co_return not_found();
  };
}

}  // namespace signet::sandbox
