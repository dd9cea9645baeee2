#include "sandbox/service_api.h"

#include <utility>

#include "json/writer.h"
#include "sandbox/offer.h"
#include "sigstore/encoding/hash.h"

namespace signet::sandbox {
namespace {

Awaitable<HttpReply> answer(const ServiceHandler& handler, const HttpCall& call, Fault fault) {
  switch (fault.mode) {
    case FaultMode::Refuse:
      co_return HttpReply{.form = HttpReply::Form::Lost};
    case FaultMode::Hang:
      co_return HttpReply{.form = HttpReply::Form::Never};
    case FaultMode::ServerError:
      co_return grpc_error(500, 13, "the sandbox was told to fail");
    case FaultMode::Busy: {
      HttpReply busy = grpc_error(429, 8, "the sandbox was told to be busy");
      busy.headers.emplace_back("retry-after", "7");
      co_return busy;
    }
    case FaultMode::Garbage:
      co_return HttpReply{.status = 201, .body = std::string("\x30\x82{\"\0garbage", 12)};
    case FaultMode::AnswerLost: {
      const Fault none;  // no temporary in what is awaited: GCC 12 destroys it wrongly
      HttpReply reply = co_await handler(call, none);
      reply.form = HttpReply::Form::Lost;
      co_return reply;
    }
    case FaultMode::None:
    case FaultMode::Lie:
    case FaultMode::Frozen:
      break;
  }
  co_return co_await handler(call, fault);
}

}  // namespace

HttpHandler under_faults(Service service, ServiceHandler handler, FaultBoard& faults, Counters& counters) {
  return [service, handler = std::move(handler), &faults, &counters](const HttpCall& call) {
    ++counters.requests.at(static_cast<std::size_t>(service));
    return answer(handler, call, faults.take(service));
  };
}

ServiceHandler behind_numbers(std::vector<ServiceHandler> handlers) {
  return [handlers = std::move(handlers)](const HttpCall& call, const Fault& fault) -> Awaitable<HttpReply> {
    for (std::size_t i = 1; i < handlers.size(); ++i) {
      const std::string prefix = number_path(i);
      if (!call.path.starts_with(prefix + "/")) continue;
      HttpCall own = call;
      own.path.erase(0, prefix.size());
      co_return co_await handlers[i](own, fault);
    }
    if (handlers.empty()) co_return not_found();
    co_return co_await handlers.front()(call, fault);
  };
}

HttpReply grpc_error(unsigned status, int code, std::string_view message) {
  const json::Value body = json::Object{{"code", code}, {"message", message}, {"details", json::Array{}}};
  return {.status = status, .body = json::write(body)};
}

HttpReply not_found() { return grpc_error(404, 5, "Not Found"); }

std::string_view bearer_of(const HttpCall& call) {
  const std::string_view value = call.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (static_cast<char>(value[i] | 0x20) != kScheme[i]) return {};
  }
  return value.substr(kScheme.size());
}

bool same_secret(std::string_view given, std::string_view expected) {
  return sigstore::sha256(bytes_of(given)) == sigstore::sha256(bytes_of(expected));
}

}  // namespace signet::sandbox
