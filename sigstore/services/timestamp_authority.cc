#include "sigstore/services/timestamp_authority.h"

#include <chrono>
#include <utility>

#include "common/random.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/called_service.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sigstore {
namespace {

/// With the whole chain inside a reply has less than 8 KiB.
constexpr std::size_t kMaxReply = std::size_t{64} * 1024;
constexpr std::size_t kNonceSize = 8;
constexpr std::chrono::minutes kMaxDifference{5};

Result<void> check_time(const CalledService& authority, WallTime stamped, WallTime now) {
  if (stamped - now <= kMaxDifference && now - stamped <= kMaxDifference) return {};
  Error error = error_of_answer(authority, "says that it is " + encode_rfc3339(stamped) +
                                               ", more than 5 minutes from this machine's clock, which says " +
                                               encode_rfc3339(now));
  error.remedy = "check this machine's clock; where that is right, use another timestamp authority";
  return fail(std::move(error));
}

Result<void> check_reply(const CalledService& authority, ByteView reply, ByteView nonce, ByteView signature,
                         const TrustedRoot& root, WallTime now) {
  if (auto answered = check_timestamp_reply(reply, nonce); !answered) {
    return fail(error_of_answer(authority, "is no answer to the request: " + answered.error().what));
  }
  const auto stamp = verify_timestamp(reply, signature, root);
  if (!stamp) return fail(error_of_answer(authority, "does not verify: " + stamp.error().what));
  return check_time(authority, stamp->time, now);
}

Awaitable<Result<HttpResponse>> ask(HttpTransport& transport, const CalledService& authority, ByteView query,
                                    Deadline deadline) {
  HttpRequest request;
  request.method = "POST";
  request.url = authority.url;
  request.headers.emplace_back("Content-Type", "application/timestamp-query");
  request.headers.emplace_back("Accept", "application/timestamp-reply");
  request.body = to_bytes(query);
  request.max_reply = kMaxReply;
  co_return co_await call_service(transport, authority, std::move(request), deadline);
}

}  // namespace

Awaitable<Result<Bytes>> request_timestamp(HttpTransport& transport, std::string url, ByteView signature,
                                           const TrustedRoot& root, WallTime now, Deadline deadline) {
  const CalledService authority{.name = "the timestamp authority",
                                .url = std::move(url),
                                .unavailable = ErrorCode::TimestampUnavailable,
                                .refused = ErrorCode::TimestampRefused};
  const Bytes nonce = random_bytes(kNonceSize);
  const Bytes query = encode_timestamp_request(hash(HashAlgorithm::Sha256, signature), nonce);
  auto response = co_await ask(transport, authority, query, deadline);
  if (!response && response.error().code == authority.unavailable) {
    response = co_await ask(transport, authority, query, deadline);
  }
  if (!response) co_return fail(std::move(response.error()));
  if (!is_success(*response)) co_return fail(error_of_reply(authority, *response));
  if (auto checked = check_reply(authority, response->body, nonce, signature, root, now); !checked) {
    co_return fail(std::move(checked.error()));
  }
  co_return std::move(response->body);
}

}  // namespace signet::sigstore
