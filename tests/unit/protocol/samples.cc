#include "tests/unit/protocol/samples.h"

#include "protocol/agent_messages.h"
#include "protocol/varlink.h"

namespace signet::protocol {

Sample nothing(std::string name, std::string method, bool is_call) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = is_call,
          .more = false,
          .parameters = json::Object{},
          .again = [](json::Value& parameters) -> Result<json::Value> {
            if (auto none = parse_nothing(parameters, "nothing"); !none) return fail(std::move(none.error()));
            return json::Value(json::Object{});
          }};
}

std::string text_of_sample(const Sample& sample, std::string_view interface) {
  std::string text = sample.is_call
                         ? encode_call({.method = std::string(interface) + "." + sample.method,
                                        .parameters = sample.parameters,
                                        .more = sample.more,
                                        .upgrade = sample.upgrade})
                         : encode_reply({.parameters = sample.parameters, .continues = sample.more, .error = {}});
  text.pop_back();  // the NUL
  return text;
}

}  // namespace signet::protocol
