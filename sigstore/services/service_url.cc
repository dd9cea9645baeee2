#include "sigstore/services/service_url.h"

#include <optional>

#include "common/display.h"
#include "sigstore/services/curl_handles.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxUrl = 4096;

std::unexpected<Error> refuse(std::string_view url, std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "the URL " + display_text(url) + " is not allowed: " + std::string(why),
              "use https://, or http:// to 127.0.0.1 or [::1]");
}

std::optional<std::string> part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

// By libcurl's own parser, so that what is checked is what is connected to.
Result<ServiceTarget> read_service_url(std::string_view text) {
  if (text.size() > kMaxUrl) return refuse(text.substr(0, 80), "it is too long");
  if (text.find('\0') != std::string_view::npos) return refuse(text, "it is malformed");
  const CurlUrl url(curl_url());
  if (!url ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return refuse(text, "it is malformed");
  }
  const auto scheme = part(url.get(), CURLUPART_SCHEME);
  const auto host = part(url.get(), CURLUPART_HOST);
  if (!scheme || !host || host->empty()) return refuse(text, "it names no host");
  if (part(url.get(), CURLUPART_USER) || part(url.get(), CURLUPART_PASSWORD)) {
    return refuse(text, "it holds a user name");
  }
  if (part(url.get(), CURLUPART_FRAGMENT)) return refuse(text, "it has a fragment");
  const bool loopback = *host == "127.0.0.1" || *host == "[::1]";
  if (*scheme != "https" && !(*scheme == "http" && loopback)) return refuse(text, "it is neither https nor loopback");
  return ServiceTarget{.host = *host, .plain = *scheme == "http", .loopback = loopback || *host == "localhost"};
}

}  // namespace signet::sigstore
