// A service as its failures name it: what the transport and an HTTP status say becomes the error of that service.
#pragma once

#include <string>
#include <string_view>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/secret.h"
#include "common/time.h"
#include "sigstore/services/transport.h"

namespace signet::sigstore {

struct CalledService {
  std::string name;  ///< "the certificate authority"
  std::string url;
  ErrorCode unavailable = ErrorCode::Bug;  ///< it did not answer
  ErrorCode refused = ErrorCode::Bug;      ///< it said no, or its reply is not one
};

/// Sends one request; whatever came back with an HTTP status is a reply.
///
/// @error service.unavailable  no connection, or it broke
/// @error service.refused      the reply is too long
/// @error InvalidRequest, Cancelled, Deadline  as HttpTransport::send(), with the service named
Awaitable<Result<HttpResponse>> call_service(HttpTransport& transport, const CalledService& service,
                                             HttpRequest request, Deadline deadline);

[[nodiscard]] bool is_success(const HttpResponse& response);

/// The error of a reply without success: `unavailable` for 429 and 5xx, else `refused`. It has the reason that the
/// service gave, made safe to show.
[[nodiscard]] Error error_of_reply(const CalledService& service, const HttpResponse& response);

/// A reply that has success and makes no sense, or lies.
///
/// @param why  follows "its reply …": "is not JSON"
[[nodiscard]] Error error_of_answer(const CalledService& service, std::string_view why);

/// What a reply says of itself: `message` of a gRPC gateway's JSON, or a plain text; empty where it says nothing. Not
/// safe to show.
[[nodiscard]] std::string reason_in(const HttpResponse& response);

/// Takes the ID token out of an error: a service may quote it. Where 16 characters of the token stand in a row, the
/// text that holds them is withheld whole.
[[nodiscard]] Error without_token(Error error, const Secret& token);

/// `base` and `path` with exactly one slash between.
[[nodiscard]] std::string url_under(std::string_view base, std::string_view path);

}  // namespace signet::sigstore
