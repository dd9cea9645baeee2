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

/// Sends one reply before the last (Connection::queue()); valid while the handler runs. Nothing is sent where the call
/// did not ask for more.
using SendMore = std::function<Awaitable<Result<void>>(json::Value parameters)>;

/// A method: takes the call (whose parameters it may move from) and yields the parameters of the last reply, or the
/// error.
///
/// It runs in the connection's coroutine, with throw_if_cancelled(false). When the peer has closed both directions,
/// what it waits for ends with operation_aborted, once; it then brings its work to an end and returns Cancelled. Its
/// result is awaited and not sent.
using Method = std::function<Awaitable<Result<json::Value>>(Call& call, SendMore more)>;

/// Gets a connection after the one reply to the call that asked for it.
using Heir = std::function<void(UniqueFd socket)>;

/// A method whose connection changes hands: called with upgrade alone. What comes after the call is not read here, and
/// the peer sends nothing before it has read the reply, which has no parameters.
using Upgrade = std::function<Awaitable<Result<Heir>>(Call& call)>;

/// One interface with its text and its methods, by name without the interface.
struct Interface {
  std::string name;
  std::string_view description;
  std::map<std::string, Method, std::less<>> methods;
  std::map<std::string, Upgrade, std::less<>> upgrades{};
};

/// What org.varlink.service.GetInfo answers.
struct ServiceInfo {
  std::string vendor = "signet";
  std::string product;
  std::string version;
  std::string url;
};

/// Serves `connection` until the peer closes, a message is malformed, or an answer cannot be sent; then closes it.
///
/// Calls are answered one at a time in their order, also after a half-close. upgrade is refused with InvalidParameter,
/// but for the interface's upgrades, which are refused without it (InvalidRequest), and where more follows the call; a
/// oneway call is neither done nor answered. A message that is no call, too long, too slow or without room is
/// answered with InvalidRequest, LimitExceeded, Deadline or RateLimited of the first interface, and ends the
/// connection. Leaves the coroutine with throw_if_cancelled(false).
Awaitable<void> serve(Connection& connection, const ServiceInfo& info, const std::vector<Interface>& interfaces);

}  // namespace signet::protocol
