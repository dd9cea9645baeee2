#include "client/cli/sign_wish.h"

#include <charconv>

#include "client/cli/output.h"
#include "common/display.h"

namespace signet::cli {

Result<protocol::SignRequest> wished_request(const Arguments& arguments) {
  protocol::SignRequest request{.identity = arguments.text("identity"), .items = {}};
  const auto log = arguments.text("log");
  if (!log) return request;
  request.log = protocol::log_policy_from_name(*log);
  if (request.log) return request;
  return fail(ErrorCode::InvalidRequest, "--log " + display_text(*log, 20) + " is none of require, queue and none",
              "leave it out to get what the identity's configuration says");
}

Result<std::chrono::seconds> wished_time(const Arguments& arguments) {
  const std::string text = arguments.text("timeout").value_or("120");
  int seconds = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && seconds >= 1 && seconds <= 300) {
    return std::chrono::seconds(seconds);
  }
  return fail(ErrorCode::InvalidRequest, "--timeout " + display_text(text, 20) + " is no number from 1 to 300",
              "leave it out to wait for 120 seconds");
}

std::string signer_rows(const protocol::ItemResult& result) {
  const std::string entry = result.log_index ? ", entry " + std::to_string(*result.log_index) : "";
  return row("identity", result.san.value_or("")) + row("issuer", result.issuer.value_or("")) +
         row("key", result.key.value_or("")) + row("token", result.token.value_or("")) +
         row("log", result.log ? *result.log + entry : "") + row("note", result.note.value_or(""));
}

void set_signer(json::Object& object, const protocol::ItemResult& result) {
  const auto set = [&object](const char* name, const auto& member) {
    if (member) object.set(name, *member);
  };
  set("identity", result.san);
  set("issuer", result.issuer);
  set("key", result.key);
  set("token", result.token);
  set("log", result.log);
  set("log_index", result.log_index);
  set("note", result.note);
}

}  // namespace signet::cli
