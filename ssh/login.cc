#include "ssh/login.h"

#include "ssh/host_key.h"
#include "ssh/key.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

constexpr std::string_view kWhat = "an SSH login";
constexpr std::uint8_t kUserauthRequest = 50;
constexpr std::string_view kService = "ssh-connection";
constexpr std::string_view kPlain = "publickey";
constexpr std::string_view kHostbound = "publickey-hostbound-v00@openssh.com";

// The fields as they stand there, before anything is known of their keys.
struct Fields {
  ByteView session_id;
  std::string_view user;
  std::string_view algorithm;
  ByteView key;
  std::optional<ByteView> host_key;
};

Result<Fields> read_fields(ByteView data) {
  Reader reader(data, kWhat);
  Fields fields;
  fields.session_id = reader.string();
  if (fields.session_id.empty() || fields.session_id.size() > kMaxSessionId) reader.refuse("no proper session id");
  if (reader.byte() != kUserauthRequest) reader.refuse("it is another message");
  fields.user = reader.text();
  const bool has_nul = fields.user.find('\0') != std::string_view::npos;
  if (fields.user.empty() || fields.user.size() > kMaxUser || has_nul) reader.refuse("no proper name of a user");
  if (reader.text() != kService) reader.refuse("it is for another service than ssh-connection");
  const std::string_view method = reader.text();
  if (method != kPlain && method != kHostbound) reader.refuse("it is by another method than a public key");
  if (!reader.boolean()) reader.refuse("it says that it has no signature");
  fields.algorithm = reader.text();
  fields.key = reader.string();
  if (method == kHostbound) fields.host_key = reader.string();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return fields;
}

}  // namespace

Result<Login> parse_login(ByteView data) {
  const auto fields = read_fields(data);
  if (!fields) return fail(fields.error());
  auto key = parse_key_blob(fields->key);
  if (!key) return fail(std::move(key.error()).during("reading the key of an SSH login"));
  auto algorithm = signature_algorithm_named(key->kind(), fields->algorithm);
  if (!algorithm) return fail(std::move(algorithm.error()).during("reading an SSH login"));
  Login login{.session_id = to_bytes(fields->session_id),
              .user = std::string(fields->user),
              .algorithm = *algorithm,
              .key = std::move(*key)};
  if (fields->host_key) {
    auto host_key = parse_host_key_blob(*fields->host_key);
    if (!host_key) return fail(std::move(host_key.error()).during("reading the host key of an SSH login"));
    login.host_key = std::move(*host_key);
  }
  return login;
}

Bytes encode_login(const Login& login) {
  Writer writer;
  writer.string(login.session_id)
      .byte(kUserauthRequest)
      .string(login.user)
      .string(kService)
      .string(login.host_key ? kHostbound : kPlain)
      .boolean(true)
      .string(login.algorithm.name)
      .string(encode_key_blob(login.key));
  if (login.host_key) writer.string(encode_key_blob(*login.host_key));
  return writer.take();
}

}  // namespace signet::ssh
