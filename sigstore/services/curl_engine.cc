#include "sigstore/services/curl_engine.h"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

namespace signet::sigstore {
namespace {

namespace asio = boost::asio;

/// More than the eight uploads at once of one batch (D6), few enough for any server.
constexpr long kMaxConnectionsPerHost = 16;

}  // namespace

/// A descriptor of libcurl's, lent to the event loop: libcurl closes it.
struct CurlEngine::Watch {
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

CurlEngine::CurlEngine(asio::any_io_executor executor)
    : executor_(std::move(executor)), timer_(executor_), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlEngine::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlEngine::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnectionsPerHost);
}

CurlEngine::~CurlEngine() {
  multi_.reset();  // still calls back
  watches_.clear();
}

bool CurlEngine::add(CurlTransfer& transfer) {
  if (curl_multi_add_handle(multi_.get(), transfer.easy()) != CURLM_OK) return false;
  transfers_.emplace(transfer.easy(), &transfer);
  return true;
}

void CurlEngine::remove(CurlTransfer& transfer) {
  transfers_.erase(transfer.easy());
  curl_multi_remove_handle(multi_.get(), transfer.easy());
}

int CurlEngine::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  return static_cast<CurlEngine*>(self)->watch(fd, what) ? 0 : -1;
}

int CurlEngine::on_timer(CURLM*, long milliseconds, void* opaque) {
  auto& self = *static_cast<CurlEngine*>(opaque);
  if (milliseconds < 0) {
    self.timer_.cancel();
    return 0;
  }
  const auto due = [weak = self.weak_from_this()](boost::system::error_code ec) {
    const auto engine = weak.lock();
    if (!ec && engine) engine->act(CURL_SOCKET_TIMEOUT, 0);
  };
  if (milliseconds == 0) {
    // Not by the timer: for what is due already, Asio sets the kernel's to the clock's beginning, and libfaketime,
    // which the TUF conformance suite runs clients under, makes of that a time before it. The kernel refuses, and
    // nothing wakes.
    self.timer_.cancel();
    asio::post(self.executor_, [due] { due({}); });
    return 0;
  }
  self.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  self.timer_.async_wait(due);
  return 0;
}

bool CurlEngine::watch(curl_socket_t fd, int what) {
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

void CurlEngine::arm(const std::shared_ptr<Watch>& watched) {
  if ((watched->what & CURL_POLL_IN) != 0 && !std::exchange(watched->reading, true)) wait(watched, false);
  if ((watched->what & CURL_POLL_OUT) != 0 && !std::exchange(watched->writing, true)) wait(watched, true);
}

void CurlEngine::wait(const std::shared_ptr<Watch>& watched, bool write) {
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

void CurlEngine::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    const auto ended = transfers_.find(message->easy_handle);
    if (message->msg != CURLMSG_DONE || ended == transfers_.end()) continue;
    ended->second->end(message->data.result);  // NOLINT(cppcoreguidelines-pro-type-union-access): as libcurl gives it
  }
}

}  // namespace signet::sigstore
