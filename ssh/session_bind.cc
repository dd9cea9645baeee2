#include "ssh/session_bind.h"

#include "ssh/host_key.h"
#include "ssh/key.h"
#include "ssh/login.h"
#include "ssh/signature.h"
#include "ssh/wire.h"

namespace signet::ssh {

Result<SessionBind> parse_session_bind(ByteView contents) {
  Reader reader(contents, "the binding of an SSH session");
  const ByteView host_key = reader.string();
  const ByteView session_id = reader.string();
  if (session_id.empty() || session_id.size() > kMaxSessionId) reader.refuse("no proper session id");
  const ByteView signature = reader.string();
  const bool is_forwarding = reader.boolean();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  auto key = parse_host_key_blob(host_key);
  if (!key) return fail(std::move(key.error()).during("reading the host key of an SSH session"));
  return SessionBind{.host_key = std::move(*key),
                     .session_id = to_bytes(session_id),
                     .signature = to_bytes(signature),
                     .is_forwarding = is_forwarding};
}

Bytes encode_session_bind(const SessionBind& bind) {
  return Writer()
      .string(encode_key_blob(bind.host_key))
      .string(bind.session_id)
      .string(bind.signature)
      .boolean(bind.is_forwarding)
      .take();
}

Result<void> verify_session_bind(const SessionBind& bind) {
  return verify_signature(bind.host_key, bind.signature, bind.session_id);
}

}  // namespace signet::ssh
