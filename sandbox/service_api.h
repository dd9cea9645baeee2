// The HTTP face of one service: its requests, seen through the fault that is switched on.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/counters.h"
#include "sandbox/faults.h"
#include "sandbox/http_server.h"

namespace signet::sandbox {

/// Answers one request; Lie and Frozen are left to it, everything else is done around it.
using ServiceHandler = std::function<Awaitable<HttpReply>(const HttpCall& call, const Fault& fault)>;

/// `handler` with the faults of `service` around it, counting its requests. Both references must outlive the server.
[[nodiscard]] HttpHandler under_faults(Service service, ServiceHandler handler, FaultBoard& faults, Counters& counters);

/// Several services of a kind behind one port: "/2/…" goes to the second without its number, everything without a
/// number to the first.
[[nodiscard]] ServiceHandler behind_numbers(std::vector<ServiceHandler> handlers);

/// The error body of the gRPC gateways: {"code": …, "message": …, "details": []}.
[[nodiscard]] HttpReply grpc_error(unsigned status, int code, std::string_view message);
/// 404 and 405 of a path that does not exist.
[[nodiscard]] HttpReply not_found();

/// The credentials of "Authorization: Bearer …", or an empty text (RFC 6750 §2.1).
[[nodiscard]] std::string_view bearer_of(const HttpCall& call);
/// Compares without telling by its time how much is equal.
[[nodiscard]] bool same_secret(std::string_view given, std::string_view expected);

}  // namespace signet::sandbox
