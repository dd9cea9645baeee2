#include "pkcs11/serving/service.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "common/display.h"
#include "json/fields.h"
#include "protocol/channel.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"
#include "protocol/token_messages.h"
#include "protocol/varlink.h"

namespace signet::pkcs11 {
namespace {

using protocol::Call;
using protocol::Reply;

/// Info and Keys carry no deadline of their own.
constexpr std::chrono::seconds kInventoryTime{30};
/// A connection without calls; the agent opens another one.
constexpr std::chrono::hours kIdleTime{12};

Reply service_error(std::string_view name, std::string_view field, std::string_view value) {
  Reply reply;
  reply.error = std::string(protocol::kServiceName) + "." + std::string(name);
  reply.parameters = json::Object{{std::string(field), display_text(value)}};
  return reply;
}

template <typename T>
Reply answer(Result<T> result) {
  if (!result) return protocol::reply_from_error(protocol::kTokenName, result.error());
  Reply reply;
  reply.parameters = result->encode();
  return reply;
}

Result<void> check_empty(const json::Value& parameters, std::string_view method) {
  json::Fields fields(parameters, std::string(method));
  return fields.finish();
}

class Conversation {
 public:
  Conversation(UniqueFd socket, KeyStore& store, Surroundings surroundings, std::size_t seat)
      : channel_(std::move(socket)),
        product_(store.product()),
        caller_(surroundings, seat, channel_.fd()),
        visit_(store.receive(caller_)) {}

  void run() {
    for (;;) {
      const auto text = channel_.receive(Deadline::after(kIdleTime));
      if (!text || !*text) return;
      auto call = protocol::parse_call(**text);
      // A stream that holds one malformed call may hold anything.
      if (!call) return;
      const auto reply = reply_to(*call);
      if (!reply) continue;
      if (!channel_.send(protocol::encode_reply(*reply), Deadline::after(protocol::kWriteTime))) return;
    }
  }

 private:
  // Nothing where the peer wants no reply: then nothing is done either, because whoever does not read an error must not
  // cause an effect.
  std::optional<Reply> reply_to(const Call& call) {
    if (call.oneway) return std::nullopt;
    if (call.upgrade) return service_error("InvalidParameter", "parameter", "upgrade");
    const auto dot = call.method.rfind('.');
    const std::string_view interface = std::string_view(call.method).substr(0, dot);
    const std::string_view method = std::string_view(call.method).substr(dot + 1);
    if (interface == protocol::kServiceName) return service_reply(method, call);
    if (interface == protocol::kTokenName) {
      Reply reply = token_reply(method, call);
      if (!reply.error) caller_.note_answer();
      return reply;
    }
    return service_error("InterfaceNotFound", "interface", interface);
  }

  [[nodiscard]] Reply service_reply(std::string_view method, const Call& call) const {
    Reply reply;
    if (method == "GetInfo") {
      reply.parameters = json::Object{{"vendor", "signet"},
                                      {"product", product_},
                                      {"version", SIGNET_VERSION},
                                      {"url", ""},
                                      {"interfaces", json::Array{protocol::kServiceName, protocol::kTokenName}}};
      return reply;
    }
    if (method != "GetInterfaceDescription") return service_error("MethodNotFound", "method", call.method);
    json::Fields fields(call.parameters, "GetInterfaceDescription");
    const std::string name = fields.text("interface");
    if (!fields.finish()) return service_error("InvalidParameter", "parameter", "interface");
    if (name != protocol::kTokenName && name != protocol::kServiceName) {
      return service_error("InterfaceNotFound", "interface", name);
    }
    const bool is_token = name == protocol::kTokenName;
    reply.parameters =
        json::Object{{"description", is_token ? protocol::kTokenInterface : protocol::kServiceInterface}};
    return reply;
  }

  Reply token_reply(std::string_view method, const Call& call) {
    if (method == "Sign") return answer(sign(call));
    if (method == "Keys") return answer(keys(call));
    if (method == "Info") return answer(info(call));
    if (method == "GenerateKey") return answer(generate(call));
    if (method == "MakeSessionKey") return answer(make_session_key(call));
    if (method == "SignWithSessionKey") return answer(sign_with_session_key(call));
    return service_error("MethodNotFound", "method", call.method);
  }

  Result<protocol::TokenInfoReply> info(const Call& call) {
    if (auto empty = check_empty(call.parameters, "Info"); !empty) return fail(std::move(empty.error()));
    return visit_->info(Deadline::after(kInventoryTime));
  }

  Result<protocol::TokenKeysReply> keys(const Call& call) {
    if (auto empty = check_empty(call.parameters, "Keys"); !empty) return fail(std::move(empty.error()));
    auto keys = visit_->keys(Deadline::after(kInventoryTime));
    if (!keys) return fail(std::move(keys.error()));
    return protocol::TokenKeysReply{.keys = std::move(*keys)};
  }

  Result<protocol::TokenGenerateReply> generate(const Call& call) {
    const auto request = protocol::parse_token_generate_request(call.parameters);
    if (!request) return fail(request.error());
    return visit_->generate(*request, Deadline::after(request->deadline));
  }

  Result<protocol::TokenSignReply> sign(const Call& call) {
    const auto request = protocol::parse_token_sign_request(call.parameters);
    if (!request) return fail(request.error());
    caller_.set_wants_progress(call.more);
    auto signature = visit_->sign(*request, Deadline::after(request->deadline));
    if (!signature) return fail(std::move(signature.error()));
    return protocol::TokenSignReply{.waiting = false, .signature = std::move(*signature)};
  }

  Result<protocol::TokenGenerateReply> make_session_key(const Call& call) {
    const auto request = protocol::parse_token_session_key_request(call.parameters);
    if (!request) return fail(request.error());
    auto key = visit_->make_session_key(*request, Deadline::after(request->deadline));
    if (!key) return fail(std::move(key.error()));
    return protocol::TokenGenerateReply{.key = std::move(*key)};
  }

  Result<protocol::TokenSignReply> sign_with_session_key(const Call& call) {
    const auto request = protocol::parse_token_session_sign_request(call.parameters);
    if (!request) return fail(request.error());
    caller_.set_wants_progress(call.more);
    auto signature = visit_->sign_with_session_key(*request, Deadline::after(request->deadline));
    if (!signature) return fail(std::move(signature.error()));
    return protocol::TokenSignReply{.waiting = false, .signature = std::move(*signature)};
  }

  protocol::Channel channel_;
  std::string_view product_;
  Caller caller_;
  std::unique_ptr<Visit> visit_;
};

}  // namespace

void serve_connection(UniqueFd socket, KeyStore& store, Surroundings surroundings, std::size_t seat) {
  Conversation(std::move(socket), store, surroundings, seat).run();
}

std::string waiting_message() {
  Reply reply;
  reply.parameters = protocol::TokenSignReply{.waiting = true, .signature = std::nullopt}.encode();
  reply.continues = true;
  return protocol::encode_reply(reply);
}

}  // namespace signet::pkcs11
