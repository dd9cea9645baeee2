#include "protocol/asio/service.h"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "common/secret.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"

namespace signet::protocol {
namespace {

namespace asio = boost::asio;

Reply service_error(std::string_view name, const char* member, std::string_view value) {
  Reply reply;
  reply.error = std::string(kServiceName) + "." + std::string(name);
  reply.parameters = json::Object{{member, value}};
  return reply;
}

// The first member that the method does not know, as org.varlink.service names it.
std::optional<std::string> unknown_member(const json::Value& parameters, std::string_view known) {
  for (const json::Object::Member& member : parameters.as_object()->members()) {
    if (member.first != known) return member.first;
  }
  return std::nullopt;
}

class Server {
 public:
  Server(Connection& connection, const ServiceInfo& info, const std::vector<Interface>& interfaces)
      : connection_(connection), info_(info), interfaces_(interfaces) {}

  Awaitable<void> serve();

 private:
  Awaitable<bool> answer(std::string message);
  Awaitable<std::optional<Reply>> reply_to(Call& call);
  Awaitable<bool> hand_over(const Interface& interface, const Upgrade& upgrade, Call& call);
  Awaitable<Result<Heir>> find_heir(const Upgrade& upgrade, Call& call);
  [[nodiscard]] const Upgrade* find_upgrade(const Call& call, const Interface*& interface) const;
  Awaitable<std::optional<Reply>> run(const Interface& interface, const Method& method, Call& call);
  Awaitable<Result<json::Value>> run_guarded(const Method& method, Call& call);
  Awaitable<bool> send(Reply reply);
  Reply service_reply(std::string_view method, const Call& call) const;
  [[nodiscard]] json::Value describe() const;
  [[nodiscard]] const Interface* find(std::string_view name) const;
  // The interface that speaks where a message names none.
  [[nodiscard]] std::string_view spokesman() const { return interfaces_.empty() ? kServiceName : interfaces_[0].name; }

  Connection& connection_;
  const ServiceInfo& info_;
  const std::vector<Interface>& interfaces_;
};

const Interface* Server::find(std::string_view name) const {
  for (const Interface& interface : interfaces_) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

json::Value Server::describe() const {
  json::Array names;
  names.emplace_back(kServiceName);
  for (const Interface& interface : interfaces_) names.emplace_back(interface.name);
  return json::Object{{"vendor", info_.vendor},
                      {"product", info_.product},
                      {"version", info_.version},
                      {"url", info_.url},
                      {"interfaces", std::move(names)}};
}

Reply Server::service_reply(std::string_view method, const Call& call) const {
  const bool describes = method == "GetInterfaceDescription";
  if (!describes && method != "GetInfo") return service_error("MethodNotFound", "method", call.method);
  if (const auto unknown = unknown_member(call.parameters, describes ? "interface" : "")) {
    return service_error("InvalidParameter", "parameter", *unknown);
  }
  Reply reply;
  if (!describes) {
    reply.parameters = describe();
    return reply;
  }
  const json::Value* asked = call.parameters.as_object()->find("interface");
  const std::string* name = asked == nullptr ? nullptr : asked->as_string();
  if (name == nullptr) return service_error("InvalidParameter", "parameter", "interface");
  const Interface* interface = find(*name);
  if (interface == nullptr && *name != kServiceName) return service_error("InterfaceNotFound", "interface", *name);
  reply.parameters = json::Object{{"description", interface == nullptr ? kServiceInterface : interface->description}};
  return reply;
}

// Asio throws where it has no memory or where a handler forgot that it may be cancelled; a handler of ours does not
// throw. Here it ends, so that one request's trouble is no other's.
Awaitable<Result<json::Value>> Server::run_guarded(const Method& method, Call& call) {
  SendMore more = [this, &call](json::Value parameters) -> Awaitable<Result<void>> {
    if (!call.more) co_return Result<void>();
    Reply reply{.parameters = std::move(parameters), .continues = true, .error = {}};
    co_return co_await connection_.queue(encode_reply(reply));
  };
  try {
    co_return co_await method(call, std::move(more));
  } catch (const std::exception& trouble) {
    co_return fail(ErrorCode::Bug, "the request ended in an exception: " + std::string(trouble.what()));
  }
}

// Nothing where the peer went away: nobody is left to answer.
Awaitable<std::optional<Reply>> Server::run(const Interface& interface, const Method& method, Call& call) {
  Result<json::Value> result = co_await run_guarded(method, call);
  if (const auto state = co_await asio::this_coro::cancellation_state;
      state.cancelled() != asio::cancellation_type::none) {
    co_return std::nullopt;
  }
  if (!result) co_return reply_from_error(interface.name, result.error());
  co_return Reply{.parameters = std::move(*result), .continues = false, .error = {}};
}

Awaitable<std::optional<Reply>> Server::reply_to(Call& call) {
  const auto dot = call.method.rfind('.');
  const std::string interface_name = call.method.substr(0, dot);
  const std::string method_name = call.method.substr(dot + 1);
  if (call.upgrade) co_return service_error("InvalidParameter", "parameter", "upgrade");
  if (interface_name == kServiceName) co_return service_reply(method_name, call);
  const Interface* interface = find(interface_name);
  if (interface == nullptr) co_return service_error("InterfaceNotFound", "interface", interface_name);
  const auto method = interface->methods.find(method_name);
  if (method == interface->methods.end()) co_return service_error("MethodNotFound", "method", call.method);
  co_return co_await run(*interface, method->second, call);
}

const Upgrade* Server::find_upgrade(const Call& call, const Interface*& interface) const {
  const auto dot = call.method.rfind('.');
  interface = find(call.method.substr(0, dot));
  if (interface == nullptr) return nullptr;
  const auto found = interface->upgrades.find(call.method.substr(dot + 1));
  return found == interface->upgrades.end() ? nullptr : &found->second;
}

// A peer that sends more than its call does not know the method: what it sent may be a secret that is not meant for us.
Awaitable<Result<Heir>> Server::find_heir(const Upgrade& upgrade, Call& call) {
  if (!call.upgrade) {
    co_return fail(ErrorCode::InvalidRequest, call.method + " hands the connection over",
                   "call it with \"upgrade\": true");
  }
  const auto early = [&call] {
    return fail(ErrorCode::InvalidRequest, "something was sent after the call of " + call.method,
                "send it when the reply has come");
  };
  if (connection_.has_input()) co_return early();
  try {
    auto heir = co_await upgrade(call);
    if (heir && connection_.has_input()) co_return early();
    co_return heir;
  } catch (const std::exception& trouble) {
    co_return fail(ErrorCode::Bug, "the request ended in an exception: " + std::string(trouble.what()));
  }
}

// True where the connection is still ours.
Awaitable<bool> Server::hand_over(const Interface& interface, const Upgrade& upgrade, Call& call) {
  auto heir = co_await find_heir(upgrade, call);
  if (!heir) {
    const bool may_go_on = !connection_.has_input();
    Reply refusal = reply_from_error(interface.name, heir.error());
    const bool sent = co_await send(std::move(refusal));
    co_return sent&& may_go_on;
  }
  Reply done{.parameters = json::Object{}, .continues = false, .error = {}};
  if (co_await send(std::move(done))) (*heir)(connection_.release());
  co_return false;
}

Awaitable<bool> Server::send(Reply reply) {
  std::string text = encode_reply(reply);
  if (text.size() > kMaxMessage + 1) {
    text = encode_reply(reply_from_error(
        spokesman(), Error{.code = ErrorCode::LimitExceeded,
                           .what = "the answer is longer than " + std::to_string(kMaxMessage) + " bytes"}));
  }
  const auto sent = co_await connection_.send(std::move(text));
  co_return sent.has_value();
}

// False where nothing more can follow on this connection.
Awaitable<bool> Server::answer(std::string message) {
  auto call = parse_call(message);
  wipe(message);
  if (!call) {
    (void)co_await send(reply_from_error(spokesman(), call.error()));
    co_return false;
  }
  if (call->oneway)
    co_return true;  // not done and not answered: the peer would take an answer for that of its next call
  const Interface* interface = nullptr;
  if (const Upgrade* upgrade = find_upgrade(*call, interface)) {
    co_return co_await hand_over(*interface, *upgrade, *call);
  }
  auto reply = co_await reply_to(*call);
  if (!reply) co_return false;
  co_return co_await send(std::move(*reply));
}

Awaitable<void> Server::serve() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    auto message = co_await connection_.receive();
    if (!message && message.error().code != ErrorCode::Cancelled) {
      (void)co_await send(reply_from_error(spokesman(), message.error()));
    }
    if (!message || !*message) break;
    if (!co_await answer(std::move(**message))) break;
  }
  connection_.close();
}

}  // namespace

Awaitable<void> serve(Connection& connection, const ServiceInfo& info, const std::vector<Interface>& interfaces) {
  using namespace asio::experimental::awaitable_operators;
  co_await asio::this_coro::throw_if_cancelled(false);
  Server server(connection, info, interfaces);
  // One watch for the connection's life: a peer that went away cancels what it asked for, and has nothing more to ask.
  (void)co_await (server.serve() || connection.closed_by_peer());
}

}  // namespace signet::protocol
