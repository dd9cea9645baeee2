#include "sigstore/services/called_log.h"

#include <utility>

#include "sigstore/verify/log_check.h"

namespace signet::sigstore {
namespace {

constexpr long kFrozen = 405;

}  // namespace

CalledService called_log(std::string base_url) {
  return {.name = "the transparency log",
          .url = std::move(base_url),
          .unavailable = ErrorCode::LogUnavailable,
          .refused = ErrorCode::LogRefused};
}

Error error_of_log_reply(const CalledService& log, const HttpResponse& response) {
  Error error = error_of_reply(log, response);
  if (response.status != kFrozen) return error;
  error.code = log.unavailable;
  error.remedy = "the log takes no more entries: use a signing config that names its successor";
  return error;
}

Result<void> check_logged(const CalledService& log, const LogEntry& entry, std::string_view body,
                          const TrustedRoot& root) {
  if (text_of(entry.canonicalized_body) != body) {
    return fail(error_of_answer(log, "is the entry of something else than was sent"));
  }
  if (const auto verified = verify_log_entry(entry, root); !verified) {
    return fail(error_of_answer(log, "does not verify: " + error_from_refusal(verified.error()).what));
  }
  return {};
}

}  // namespace signet::sigstore
