#include "sandbox/control_api.h"

#include <utility>

#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {
namespace {

Result<void> switch_fault(std::string_view body, FaultBoard& faults) {
  const auto value = json::parse(body);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "request");
  const std::string name = fields.text("service");
  const std::string mode = fields.text("mode");
  const auto count = fields.optional_integer("count");
  if (count && *count < 1) fields.refuse("count", "is less than 1");
  if (auto done = fields.finish(); !done) return done;
  const auto service = service_from_name(name);
  if (!service) return fail(service.error());
  auto fault = parse_fault(*service, mode);
  if (!fault) return fail(std::move(fault.error()));
  faults.set(*service, std::move(*fault), count);
  return {};
}

HttpReply refusal(const Error& error) {
  return {.status = 400, .body = json::write(json::Object{{"error", error.what}, {"remedy", error.remedy}})};
}

}  // namespace

HttpHandler make_control_api(const Secret& secret, FaultBoard& faults, Counters& counters) {
  return [&](const HttpCall& call) -> Awaitable<HttpReply> {
    if (!same_secret(bearer_of(call), secret.reveal())) {
      co_return HttpReply{.status = 401, .body = R"({"error":"the secret is missing or wrong"})"};
    }
    if (call.method == "GET" && call.path == "/counters") co_return HttpReply{.body = json::write(counters.to_json())};
    if (call.method != "POST" || call.path != "/fault") co_return not_found();
    const auto switched = switch_fault(call.body, faults);
    co_return switched ? HttpReply{.body = "{}"} : refusal(switched.error());
  };
}

}  // namespace signet::sandbox
