// The server side of one Varlink connection: reads calls in order, answers org.varlink.service, hands ours to a
// handler.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "json/value.h"
#include "protocol/asio/connection.h"
#include "protocol/varlink.h"

namespace signet::protocol {

/// Sends one reply before the last; valid while the handler runs.
using SendMore = std::function<Awaitable<Result<void>>(json::Value parameters)>;

/// A method: takes the call (whose parameters it may move from) and yields the parameters of the last reply, or the
/// error.
using Method = std::function<Awaitable<Result<json::Value>>(Call& call, SendMore more)>;

/// One interface with its text and its methods, by name without the interface.
struct Interface {
  std::string name;
  std::string_view description;
  std::map<std::string, Method, std::less<>> methods;
};

/// What org.varlink.service.GetInfo answers.
struct ServiceInfo {
  std::string vendor = "signet";
  std::string product;
  std::string version;
  std::string url;
};

/// Serves `connection` until the peer closes, a message is malformed, or an answer cannot be sent.
///
/// Calls are answered one at a time in their order. oneway and upgrade calls of our interfaces are refused with
/// InvalidParameter (oneway: silently, nothing is done). A handler whose peer closes both directions is cancelled
/// (D14).
Awaitable<void> serve(Connection& connection, const ServiceInfo& info, const std::vector<Interface>& interfaces);

}  // namespace signet::protocol
