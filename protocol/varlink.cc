#include "protocol/varlink.h"

#include <algorithm>
#include <utility>

#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"

namespace signet::protocol {
namespace {

using json::Fields;
using json::UnknownFields;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// Looser than the grammar of names: a name that no interface can have is answered as unknown. What is refused here is
// what cannot be taken apart into interface and method, or must not be echoed.
bool is_qualified_name(std::string_view name) {
  const auto dot = name.rfind('.');
  return name.size() <= kMaxMethodName && dot != std::string_view::npos && dot > 0 && dot + 1 < name.size() &&
         std::ranges::all_of(name, is_name_character);
}

// Moves the member out instead of copying it: the parameters of a login hold a secret, those of a commit are large.
Result<json::Value> take_parameters(json::Value& message, std::string_view what) {
  json::Value* found = message.as_object()->find("parameters");
  if (found == nullptr || found->is_null()) return json::Value(json::Object{});
  if (found->as_object() == nullptr) {
    return fail(ErrorCode::InvalidRequest, std::string(what) + ": parameters is not a JSON object");
  }
  return std::exchange(*found, json::Value(nullptr));
}

std::string text_member(const json::Value& parameters, std::string_view name) {
  const json::Object* object = parameters.as_object();
  const json::Value* member = object == nullptr ? nullptr : object->find(name);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

Error service_error(std::string_view name, const json::Value& parameters) {
  Error error{.code = ErrorCode::InvalidRequest};
  if (name == "InterfaceNotFound") {
    error.what = "the service does not know the interface " + text_member(parameters, "interface");
  } else if (name == "MethodNotFound" || name == "MethodNotImplemented") {
    error.what = "the service does not know the method " + text_member(parameters, "method");
  } else if (name == "InvalidParameter") {
    error.what = "the service refuses the parameter " + text_member(parameters, "parameter");
  } else if (name == "PermissionDenied") {
    error = Error{.code = ErrorCode::NotAuthorized, .what = "the service refuses this caller"};
  } else if (name == "ExpectedMore") {
    error.what = "the service answers this method only to calls with more";
  } else {
    return Error{.code = ErrorCode::WorkerFailed,
                 .what = "the service answered with the unknown error " + std::string(name)};
  }
  if (name == "InterfaceNotFound" || name.starts_with("Method")) {
    error.remedy = "the service is of another version: restart it after an upgrade";
  }
  return error;
}

}  // namespace

Result<Call> parse_call(std::string_view text) {
  auto message = json::parse(text, kMessageLimits);
  if (!message) return fail(std::move(message.error()));
  Call call;
  Fields fields(*message, "call");
  call.method = fields.text("method");
  call.more = fields.optional_boolean("more").value_or(false);
  call.oneway = fields.optional_boolean("oneway").value_or(false);
  call.upgrade = fields.optional_boolean("upgrade").value_or(false);
  (void)fields.has("parameters");
  if (!is_qualified_name(call.method)) fields.refuse("method", "is not interface.Method");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto parameters = take_parameters(*message, "call");
  if (!parameters) return fail(std::move(parameters.error()));
  call.parameters = std::move(*parameters);
  return call;
}

std::string encode_call(const Call& call) {
  std::string text = "{\"method\":" + json::quote(call.method);
  const json::Object* parameters = call.parameters.as_object();
  if (parameters != nullptr && parameters->size() > 0) text += ",\"parameters\":" + json::write(call.parameters);
  if (call.more) text += ",\"more\":true";
  if (call.oneway) text += ",\"oneway\":true";
  if (call.upgrade) text += ",\"upgrade\":true";
  text += '}';
  text.push_back('\0');
  return text;
}

Result<Reply> parse_reply(std::string_view text) {
  auto message = json::parse(text, kMessageLimits);
  if (!message) return fail(std::move(message.error()));
  Reply reply;
  Fields fields(*message, "reply", UnknownFields::Tolerate);
  reply.continues = fields.optional_boolean("continues").value_or(false);
  reply.error = fields.optional_text("error");
  if (reply.error && !is_qualified_name(*reply.error)) fields.refuse("error", "is not interface.Error");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto parameters = take_parameters(*message, "reply");
  if (!parameters) return fail(std::move(parameters.error()));
  reply.parameters = std::move(*parameters);
  return reply;
}

std::string encode_reply(const Reply& reply) {
  std::string text = "{";
  if (reply.error) text += "\"error\":" + json::quote(*reply.error) + ",";
  text += "\"parameters\":";
  text += reply.parameters.as_object() == nullptr ? std::string("{}") : json::write(reply.parameters);
  if (reply.continues) text += ",\"continues\":true";
  text += '}';
  text.push_back('\0');
  return text;
}

json::Object encode_error_fields(const Error& error) {
  json::Object fields;
  fields.set("what", error.what);
  if (!error.remedy.empty()) fields.set("remedy", error.remedy);
  if (!error.context.empty()) {
    json::Array context;
    for (const std::string& step : error.context) context.emplace_back(step);
    fields.set("context", std::move(context));
  }
  return fields;
}

json::Object encode_error(const Error& error) {
  json::Object object{{"error", error_name(error.code)}};
  const json::Object fields = encode_error_fields(error);
  for (const json::Object::Member& member : fields.members()) object.set(member.first, member.second);
  return object;
}

Error error_from_fields(std::string_view name, const json::Value& parameters) {
  Fields fields(parameters, "error", UnknownFields::Tolerate);
  Error error;
  error.what = fields.optional_text("what").value_or("");
  error.remedy = fields.optional_text("remedy").value_or("");
  error.context = fields.optional_texts("context");
  const auto code = error_code_from_name(name);
  if (!code || is_client_side(*code)) {
    error.code = ErrorCode::WorkerFailed;
    error.what = "answered with the unknown error " + std::string(name) + (error.what.empty() ? "" : ": " + error.what);
    return error;
  }
  error.code = *code;
  if (error.what.empty()) error.what = "answered without saying what failed";
  return error;
}

Reply reply_from_error(std::string_view interface, const Error& error) {
  Reply reply;
  reply.error = std::string(interface) + "." + std::string(error_name(error.code));
  reply.parameters = encode_error_fields(error);
  return reply;
}

Error error_from_reply(const Reply& reply) {
  const std::string& qualified = *reply.error;
  const auto dot = qualified.rfind('.');
  const std::string_view interface = std::string_view(qualified).substr(0, dot);
  const std::string_view name = std::string_view(qualified).substr(dot + 1);
  if (interface == kServiceName) return service_error(name, reply.parameters);
  return error_from_fields(name, reply.parameters);
}

}  // namespace signet::protocol
