#include "sigstore/services/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/display.h"
#include "common/secret.h"

namespace signet::sigstore {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxUrl = 4096;
/// All header lines of one reply together; a Sigstore service sends less than one KiB.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} * 1024;
/// More than the eight uploads at once of one batch (D6), few enough for any server.
constexpr long kMaxConnectionsPerHost = 16;

template <auto Free>
struct Cleanup {
  template <typename T>
  void operator()(T* handle) const {
    (void)Free(handle);
  }
};
using UrlHandle = std::unique_ptr<CURLU, Cleanup<curl_url_cleanup>>;
using EasyHandle = std::unique_ptr<CURL, Cleanup<curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, Cleanup<curl_multi_cleanup>>;

/// A list that may hold a bearer token: it is wiped before it is freed.
void free_header_list(curl_slist* list) {
  for (curl_slist* item = list; item != nullptr; item = item->next)
    wipe(item->data, std::char_traits<char>::length(item->data));
  curl_slist_free_all(list);
}
using HeaderList = std::unique_ptr<curl_slist, Cleanup<free_header_list>>;

/// Where a request goes, as far as rules and messages need it.
struct Target {
  std::string host;
  bool plain = false;
  bool loopback = false;
};

std::unexpected<Error> refuse_url(std::string_view url, std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "the URL " + display_text(url) + " is not allowed: " + std::string(why),
              "use https://, or http:// to 127.0.0.1 or [::1]");
}

std::optional<std::string> url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

// By libcurl's own parser, so that what is checked is what is connected to.
Result<Target> read_url(std::string_view text) {
  if (text.size() > kMaxUrl) return refuse_url(text.substr(0, 80), "it is too long");
  const UrlHandle url(curl_url());
  if (!url ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return refuse_url(text, "it is malformed");
  }
  const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
  const auto host = url_part(url.get(), CURLUPART_HOST);
  if (!scheme || !host || host->empty()) return refuse_url(text, "it names no host");
  if (url_part(url.get(), CURLUPART_USER) || url_part(url.get(), CURLUPART_PASSWORD)) {
    return refuse_url(text, "it holds a user name");
  }
  if (url_part(url.get(), CURLUPART_FRAGMENT)) return refuse_url(text, "it has a fragment");
  const bool loopback = *host == "127.0.0.1" || *host == "[::1]";
  if (*scheme != "https" && !(*scheme == "http" && loopback))
    return refuse_url(text, "it is neither https nor loopback");
  return Target{.host = *host, .plain = *scheme == "http", .loopback = loopback || *host == "localhost"};
}

/// One request on its way. Its address is known to libcurl: it never moves.
struct Transfer {
  Transfer(const asio::any_io_executor& executor, HttpRequest what, Deadline deadline)
      : request(std::move(what)), done(executor, deadline.point()) {}
  ~Transfer() {
    wipe(request.body.data(), request.body.size());
    for (auto& header : request.headers) wipe(header.second);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  HttpRequest request;
  HttpResponse response;
  EasyHandle easy;
  HeaderList headers;
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::size_t header_bytes = 0;
  bool too_long = false;
  std::optional<CURLcode> result;
  asio::steady_timer done;  ///< expires at the deadline; cancelled when the result is there
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& transfer = *static_cast<Transfer*>(opaque);
  if (size > transfer.request.max_reply - transfer.response.body.size()) {
    transfer.too_long = true;
    return 0;
  }
  append(transfer.response.body, std::string_view(data, size));
  return size;
}

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

std::size_t on_header(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& transfer = *static_cast<Transfer*>(opaque);
  const std::string_view line(data, size);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kMaxHeaderBytes) {
    transfer.too_long = true;
    return 0;
  }
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();  // those before were of an interim reply (RFC 9110 §15.2)
  } else if (colon != std::string_view::npos) {
    transfer.response.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                           std::string(trimmed(line.substr(colon + 1))));
  }
  return size;
}

bool add_headers(Transfer& transfer) {
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(transfer.headers.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)transfer.headers.release();
    transfer.headers.reset(longer);
    return true;
  };
  bool ok = add("Expect:");  // no extra round trip before a long body
  for (const auto& [name, value] : transfer.request.headers) {
    std::string line = name + ": " + value;
    ok = ok && line.find_first_of("\r\n") == std::string::npos && add(line);
    wipe(line);
  }
  return ok;
}

bool prepare(Transfer& transfer, const Target& target) {
  transfer.easy.reset(curl_easy_init());
  CURL* easy = transfer.easy.get();
  if (easy == nullptr || !add_headers(transfer)) return false;
  bool ok = true;
  const auto set = [&](CURLoption option, auto value) { ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK; };
  set(CURLOPT_URL, transfer.request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, target.plain ? "http" : "https");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  if (target.loopback) set(CURLOPT_PROXY, "");  // whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // giving up must not wait for the resolver's thread
  set(CURLOPT_USERAGENT, "signet/" SIGNET_VERSION);
  set(CURLOPT_HTTPHEADER, transfer.headers.get());
  set(CURLOPT_ERRORBUFFER, transfer.reason.data());
  set(CURLOPT_PRIVATE, static_cast<void*>(&transfer));
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  if (transfer.request.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request.body.size()));
    set(CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(transfer.request.body.data()));
    set(CURLOPT_POST, 1L);
  }
  return ok;
}

/// libcurl's reasons for connections and TLS name the cause; others might quote the reply and are left to their code.
std::string reason_of(const Transfer& transfer) {
  switch (*transfer.result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      if (transfer.reason[0] != '\0') return display_text(transfer.reason.data());
      [[fallthrough]];
    default:
      return curl_easy_strerror(*transfer.result);
  }
}

/// libcurl's multi interface driven by the event loop: it says which descriptors and which timer it waits for.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  explicit Engine(asio::any_io_executor executor)
      : executor_(std::move(executor)), timer_(executor_), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Engine::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Engine::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnectionsPerHost);
  }
  ~Engine() {
    multi_.reset();  // still calls back
    watches_.clear();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
  bool add(Transfer& transfer) { return curl_multi_add_handle(multi_.get(), transfer.easy.get()) == CURLM_OK; }
  void remove(Transfer& transfer) { curl_multi_remove_handle(multi_.get(), transfer.easy.get()); }

 private:
  /// A descriptor of libcurl's, lent to the event loop: libcurl closes it.
  struct Watch {
    explicit Watch(const asio::any_io_executor& executor) : descriptor(executor) {}
    ~Watch() { let_go(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    void let_go() {
      what = CURL_POLL_NONE;
      if (descriptor.is_open()) (void)descriptor.release();
    }
    asio::posix::stream_descriptor descriptor;
    int what = CURL_POLL_NONE;
    bool reading = false;
    bool writing = false;
  };

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    return static_cast<Engine*>(self)->watch(fd, what) ? 0 : -1;
  }

  static int on_timer(CURLM*, long milliseconds, void* opaque) {
    auto& self = *static_cast<Engine*>(opaque);
    if (milliseconds < 0) {
      self.timer_.cancel();
      return 0;
    }
    self.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    self.timer_.async_wait([weak = self.weak_from_this()](boost::system::error_code ec) {
      const auto engine = weak.lock();
      if (!ec && engine) engine->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }

  bool watch(curl_socket_t fd, int what) {
    const auto found = watches_.find(fd);
    if (what == CURL_POLL_REMOVE) {
      if (found == watches_.end()) return true;
      found->second->let_go();
      watches_.erase(found);
      return true;
    }
    auto watched = found == watches_.end() ? std::make_shared<Watch>(executor_) : found->second;
    if (found == watches_.end()) {
      boost::system::error_code refused;
      watched->descriptor.assign(fd, refused);
      if (refused) return false;
      watches_.emplace(fd, watched);
    }
    watched->what = what;
    arm(watched);
    return true;
  }

  void arm(const std::shared_ptr<Watch>& watched) {
    if ((watched->what & CURL_POLL_IN) != 0 && !std::exchange(watched->reading, true)) wait(watched, false);
    if ((watched->what & CURL_POLL_OUT) != 0 && !std::exchange(watched->writing, true)) wait(watched, true);
  }

  void wait(const std::shared_ptr<Watch>& watched, bool write) {
    watched->descriptor.async_wait(
        write ? asio::posix::descriptor_base::wait_write : asio::posix::descriptor_base::wait_read,
        [weak = weak_from_this(), watched, write](boost::system::error_code ec) {
          (write ? watched->writing : watched->reading) = false;
          const auto engine = weak.lock();
          const bool wanted = (watched->what & (write ? CURL_POLL_OUT : CURL_POLL_IN)) != 0;
          if (!engine || !wanted || ec == asio::error::operation_aborted) return;
          engine->act(watched->descriptor.native_handle(),
                      ec ? CURL_CSELECT_ERR : (write ? CURL_CSELECT_OUT : CURL_CSELECT_IN));
          if (watched->descriptor.is_open()) engine->arm(watched);
        });
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      char* opaque = nullptr;
      if (message->msg != CURLMSG_DONE) continue;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &opaque);
      auto& transfer = *static_cast<Transfer*>(static_cast<void*>(opaque));
      transfer.result = message->data.result;
      transfer.done.cancel();
    }
  }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  MultiHandle multi_;
};

/// Takes the transfer out of libcurl's hands however the coroutine ends.
class Ride {
 public:
  Ride(Engine& engine, Transfer& transfer) : engine_(engine), transfer_(transfer), on_(engine.add(transfer)) {}
  ~Ride() {
    if (on_) engine_.remove(transfer_);
  }
  Ride(const Ride&) = delete;
  Ride& operator=(const Ride&) = delete;
  [[nodiscard]] bool on() const { return on_; }

 private:
  Engine& engine_;
  Transfer& transfer_;
  bool on_;
};

Result<HttpResponse> outcome(Transfer& transfer, const Target& target, bool cancelled) {
  if (!transfer.result && cancelled)
    return fail(ErrorCode::Cancelled, "the request to " + target.host + " was cancelled");
  if (!transfer.result) return fail(ErrorCode::Deadline, target.host + " did not answer in time");
  if (transfer.too_long) {
    return fail(ErrorCode::LimitExceeded, "the reply of " + target.host + " is longer than " +
                                              std::to_string(transfer.request.max_reply) + " bytes");
  }
  if (*transfer.result != CURLE_OK) {
    return fail(ErrorCode::IssuerUnavailable, "no answer from " + target.host + ": " + reason_of(transfer),
                "check that the service runs and the network is there, then try again");
  }
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &transfer.response.status);
  return std::move(transfer.response);
}

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(asio::any_io_executor executor) : engine_(std::make_shared<Engine>(std::move(executor))) {}

  Awaitable<Result<HttpResponse>> send(HttpRequest request, Deadline deadline) override {
    const auto target = read_url(request.url);
    if (!target) co_return fail(target.error());
    const auto engine = engine_;
    Transfer transfer(engine->executor(), std::move(request), deadline);
    if (!prepare(transfer, *target)) {
      co_return fail(ErrorCode::InvalidRequest, "the request to " + target->host + " has a malformed header");
    }
    const Ride ride(*engine, transfer);
    if (!ride.on()) co_return fail(ErrorCode::IssuerUnavailable, "no request to " + target->host + " can be begun");
    const auto [ended] = co_await transfer.done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return outcome(transfer, *target, ended == asio::error::operation_aborted);
  }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string() : found->second;
}

Result<void> check_service_url(std::string_view url) {
  if (auto target = read_url(url); !target) return fail(std::move(target.error()));
  return {};
}

std::unique_ptr<HttpTransport> make_curl_transport(asio::any_io_executor executor) {
  [[maybe_unused]] static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_unique<CurlTransport>(std::move(executor));
}

}  // namespace signet::sigstore
