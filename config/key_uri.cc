// PKCS#11 URIs (RFC 7512): the part that finds a key.
#include <algorithm>
#include <map>
#include <utility>

#include "common/display.h"
#include "common/hex.h"
#include "config/configuration.h"

namespace signet::config {
namespace {

std::unexpected<Error> refuse(std::string_view text, const std::string& why) {
  return fail(ErrorCode::InvalidRequest, "not a usable PKCS#11 URI: " + why,
              "for example pkcs11:token=desk;id=%01 (`signet key list` prints them); given: " + display_text(text));
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 7512 §2.3: what a path attribute may hold unescaped.
bool may_stand(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~:[]@!$'()*+,=&").find(c) != std::string_view::npos;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!may_stand(text[i])) return fail(ErrorCode::InvalidRequest, "a character that must be percent-encoded");
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(ErrorCode::InvalidRequest, "a broken percent-encoding");
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (may_stand(c) && c != '=' && c != '&') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

using Attributes = std::map<std::string, std::string, std::less<>>;

Result<Attributes> split(std::string_view path) {
  Attributes attributes;
  for (bool last = path.empty(); !last;) {
    const std::size_t end = std::min(path.find(';'), path.size());
    const std::string_view pair = path.substr(0, end);
    last = end == path.size();
    path.remove_prefix(last ? end : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return fail(ErrorCode::InvalidRequest, "an attribute without a value");
    auto value = percent_decode(pair.substr(equals + 1));
    if (!value) return fail(std::move(value.error()));
    if (!attributes.emplace(pair.substr(0, equals), *value).second) {
      return fail(ErrorCode::InvalidRequest,
                  "attribute \"" + display_text(pair.substr(0, equals), 64) + "\" stands twice");
    }
  }
  return attributes;
}

std::string take(Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return {};
  std::string value = std::move(found->second);
  attributes.erase(found);
  return value;
}

// What both kinds of URIs have to keep; `type` as it stands there.
struct ReadUri {
  KeyUri uri;
  std::string type;
};

Result<ReadUri> read_uri(std::string_view text) {
  constexpr std::string_view kScheme = "pkcs11:";
  if (!text.starts_with(kScheme)) return refuse(text, "it does not begin with pkcs11:");
  if (text.find('?') != std::string_view::npos) {
    return refuse(text, "query attributes (PIN, module) belong into [token] and [module], not into a key");
  }
  auto attributes = split(text.substr(kScheme.size()));
  if (!attributes) return refuse(text, attributes.error().what);
  KeyUri uri{.text = std::string(text),
             .token = take(*attributes, "token"),
             .serial = take(*attributes, "serial"),
             .object = take(*attributes, "object"),
             .id = encode_hex(bytes_of(take(*attributes, "id")))};
  std::string type = take(*attributes, "type");
  // Facts about make and model say nothing about which key is meant; `signet key list` of others may have put them
  // there.
  for (const std::string_view fact : {"manufacturer", "model"}) static_cast<void>(take(*attributes, fact));
  if (!attributes->empty())
    return refuse(text, "unknown attribute \"" + display_text(attributes->begin()->first, 64) + "\"");
  return ReadUri{.uri = std::move(uri), .type = std::move(type)};
}

}  // namespace

Result<KeyUri> parse_key_uri(std::string_view text) {
  auto uri = parse_pinned_key_uri(text);
  if (uri && uri->id.empty() && uri->object.empty()) return refuse(text, "neither id nor object says which key");
  return uri;
}

Result<KeyUri> parse_pinned_key_uri(std::string_view text) {
  auto read = read_uri(text);
  if (!read) return fail(std::move(read.error()));
  if (!read->type.empty() && read->type != "private") return refuse(text, "type is not private");
  return std::move(read->uri);
}

Result<KeyUri> parse_token_uri(std::string_view text) {
  auto read = read_uri(text);
  if (!read) return fail(std::move(read.error()));
  const KeyUri& uri = read->uri;
  if (!uri.id.empty() || !uri.object.empty() || !read->type.empty()) {
    return fail(ErrorCode::InvalidRequest, "names a key, and with `ephemeral` each signature has a new one",
                "name the token alone, for example pkcs11:token=desk");
  }
  if (uri.token.empty() && uri.serial.empty()) {
    return fail(ErrorCode::InvalidRequest, "names no token", "for example pkcs11:token=desk");
  }
  return std::move(read->uri);
}

bool fits(const KeyUri& key, const KeyUri& wanted) {
  const auto has = [](const std::string& part, const std::string& asked) { return asked.empty() || part == asked; };
  return has(key.token, wanted.token) && has(key.serial, wanted.serial) && has(key.object, wanted.object) &&
         has(key.id, wanted.id);
}

std::string encode_key_uri(std::string_view token_label, std::string_view serial, std::string_view object,
                           std::string_view id_hex) {
  std::string attributes;
  const auto add = [&attributes](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    attributes += attributes.empty() ? "" : ";";
    attributes += name;
    attributes += '=';
    attributes += value;
  };
  std::string id;
  for (std::size_t i = 0; i + 1 < id_hex.size(); i += 2) id += "%" + std::string(id_hex.substr(i, 2));
  add("token", percent_encode(token_label));
  add("serial", percent_encode(serial));
  add("id", id);
  add("object", percent_encode(object));
  add("type", "private");
  return "pkcs11:" + attributes;
}

}  // namespace signet::config
