// One message of each kind of both interfaces, filled in as far as it can be.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/digest.h"
#include "common/error.h"
#include "json/value.h"

namespace signet::protocol {

struct Sample {
  std::string name;  ///< of the golden file
  std::string method;
  bool is_call = true;
  bool more = false;  ///< calls: more; replies: continues
  bool upgrade = false;
  json::Value parameters;
  std::function<Result<json::Value>(json::Value&)> again;  ///< reads parameters and writes them anew
};

template <typename T, typename Parse>
std::function<Result<json::Value>(json::Value&)> reading(Parse parse) {
  return [parse](json::Value& parameters) -> Result<json::Value> {
    Result<T> value = parse(parameters);
    if (!value) return fail(std::move(value.error()));
    return value->encode();
  };
}

template <typename T, typename Parse>
Sample call(std::string name, std::string method, const T& request, Parse parse, bool more = false) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = true,
          .more = more,
          .parameters = request.encode(),
          .again = reading<T>(parse)};
}

template <typename T, typename Parse>
Sample reply(std::string name, std::string method, const T& value, Parse parse, bool continues = false) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = false,
          .more = continues,
          .parameters = value.encode(),
          .again = reading<T>(parse)};
}

/// A call or reply without any member.
[[nodiscard]] Sample nothing(std::string name, std::string method, bool is_call);

/// The message as it is written, without its NUL.
[[nodiscard]] std::string text_of_sample(const Sample& sample, std::string_view interface);

/// What is signed in them.
inline const Digest kSampleDigest = Digest::from_sha256({0x01, 0x02, 0x03});

[[nodiscard]] std::vector<Sample> agent_samples();
[[nodiscard]] std::vector<Sample> token_samples();

}  // namespace signet::protocol
