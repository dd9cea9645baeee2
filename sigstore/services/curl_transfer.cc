#include "sigstore/services/curl_transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "common/display.h"
#include "common/secret.h"

namespace signet::sigstore {
namespace {

/// All header lines of one reply together; a Sigstore service sends less than one KiB.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} * 1024;
constexpr std::string_view kLineEnds("\r\n\0", 3);

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// libcurl's own does without SOCK_CLOEXEC.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

void free_header_list(curl_slist* list) {
  for (curl_slist* item = list; item != nullptr; item = item->next) {
    wipe(item->data, std::char_traits<char>::length(item->data));
  }
  curl_slist_free_all(list);
}

CurlTransfer::CurlTransfer(const boost::asio::any_io_executor& executor, HttpRequest request, Deadline deadline)
    : request_(std::move(request)), done_(executor, deadline.point()) {}

CurlTransfer::~CurlTransfer() {
  wipe(request_.body.data(), request_.body.size());
  for (auto& header : request_.headers) wipe(header.second);
}

Result<void> CurlTransfer::prepare() {
  auto target = read_service_url(request_.url);
  if (!target) return fail(std::move(target.error()));
  target_ = std::move(*target);
  easy_.reset(curl_easy_init());
  if (easy_ && add_headers() && set_options()) return {};
  return fail(ErrorCode::InvalidRequest, "the request to " + target_.host + " has a malformed header");
}

bool CurlTransfer::add_headers() {
  const auto add = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (!headers_) headers_.reset(longer);  // later ones hang on to the first
    return longer != nullptr;
  };
  bool ok = add("Expect:");  // no extra round trip before a long body
  for (const auto& [name, value] : request_.headers) {
    std::string line;
    line.reserve(name.size() + value.size() + 2);  // growth would leave pieces of a secret behind
    line.append(name).append(": ").append(value);
    ok = ok && line.find_first_of(kLineEnds) == std::string::npos && add(line);
    wipe(line);
  }
  return ok;
}

bool CurlTransfer::set_options() {
  bool ok = true;
  const auto set = [&](CURLoption option, auto value) {
    ok = ok && curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, target_.plain ? "http" : "https");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  if (target_.loopback) set(CURLOPT_PROXY, "");  // whatever the environment says
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // giving up must not wait for the resolver's thread
  set(CURLOPT_USERAGENT, "signet/" SIGNET_VERSION);
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_ERRORBUFFER, reason_.data());
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  if (request_.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(request_.body.data()));
    set(CURLOPT_POST, 1L);
  }
  return ok;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& self = *static_cast<CurlTransfer*>(opaque);
  if (size > self.request_.max_reply - self.response_.body.size()) {
    self.too_long_ = true;
    return 0;
  }
  append(self.response_.body, std::string_view(data, size));
  return size;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& self = *static_cast<CurlTransfer*>(opaque);
  const std::string_view line(data, size);
  self.header_bytes_ += size;
  if (self.header_bytes_ > kMaxHeaderBytes) {
    self.too_long_ = true;
    return 0;
  }
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    self.response_.headers.clear();  // those before were of an interim reply (RFC 9110 §15.2)
  } else if (colon != std::string_view::npos) {
    self.response_.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                        std::string(trimmed(line.substr(colon + 1))));
  }
  return size;
}

void CurlTransfer::end(CURLcode result) {
  result_ = result;
  done_.cancel();
}

// libcurl's reasons for connections and TLS name the cause; others might quote the reply and are left to their code.
std::string CurlTransfer::reason() const {
  switch (*result_) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      if (reason_[0] != '\0') return display_text(reason_.data());
      [[fallthrough]];
    default:
      return curl_easy_strerror(*result_);
  }
}

Result<HttpResponse> CurlTransfer::outcome(bool cancelled) {
  if (!result_ && cancelled) return fail(ErrorCode::Cancelled, "the request to " + target_.host + " was cancelled");
  if (!result_) return fail(ErrorCode::Deadline, target_.host + " did not answer in time");
  if (too_long_) {
    return fail(ErrorCode::LimitExceeded, "the reply of " + target_.host + " is longer than " +
                                              std::to_string(request_.max_reply) + " bytes, or its header than " +
                                              std::to_string(kMaxHeaderBytes));
  }
  if (*result_ != CURLE_OK) {
    return fail(ErrorCode::IssuerUnavailable, "no answer from " + target_.host + ": " + reason(),
                "check that the service runs and the network is there, then try again");
  }
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &response_.status);
  return std::move(response_);
}

}  // namespace signet::sigstore
