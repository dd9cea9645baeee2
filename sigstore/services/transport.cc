#include "sigstore/services/transport.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigstore/services/curl_engine.h"
#include "sigstore/services/curl_transfer.h"

namespace signet::sigstore {
namespace {

namespace asio = boost::asio;

/// Takes the transfer out of libcurl's hands however the coroutine ends.
class Ride {
 public:
  Ride(CurlEngine& engine, CurlTransfer& transfer) : engine_(engine), transfer_(transfer), on_(engine.add(transfer)) {}
  ~Ride() {
    if (on_) engine_.remove(transfer_);
  }
  Ride(const Ride&) = delete;
  Ride& operator=(const Ride&) = delete;
  [[nodiscard]] bool on() const { return on_; }

 private:
  CurlEngine& engine_;
  CurlTransfer& transfer_;
  bool on_;
};

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(asio::any_io_executor executor) : engine_(std::make_shared<CurlEngine>(std::move(executor))) {}

  Awaitable<Result<HttpResponse>> send(HttpRequest request, Deadline deadline) override {
    const auto engine = engine_;  // outlives the transport where a request is under way
    CurlTransfer transfer(engine->executor(), std::move(request), deadline);
    if (auto prepared = transfer.prepare(); !prepared) co_return fail(std::move(prepared.error()));
    const Ride ride(*engine, transfer);
    if (!ride.on()) co_return fail(ErrorCode::IssuerUnavailable, "libcurl cannot begin another request");
    const auto [ended] = co_await transfer.done().async_wait(asio::as_tuple(asio::use_awaitable));
    co_return transfer.outcome(ended == asio::error::operation_aborted);
  }

 private:
  std::shared_ptr<CurlEngine> engine_;
};

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string() : found->second;
}

std::unique_ptr<HttpTransport> make_curl_transport(asio::any_io_executor executor) {
  [[maybe_unused]] static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_unique<CurlTransport>(std::move(executor));
}

std::string curl_library_version() { return curl_version_info(CURLVERSION_NOW)->version; }

}  // namespace signet::sigstore
