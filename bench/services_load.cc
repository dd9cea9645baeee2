#include "bench/services_load.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "bench/record.h"
#include "common/random.h"
#include "common/unique_fd.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/rekor_reply.h"
#include "sigstore/verify/timestamp.h"

namespace signet::bench {
namespace {

// One HTTP/1.1 connection to 127.0.0.1 (RFC 9112) that knows no more than the sandbox's answers need: Content-Length.
class HttpConnection {
 public:
  explicit HttpConnection(std::string_view url) {
    const auto port_at = url.rfind(':') + 1;
    const auto path_at = url.find('/', port_at);
    host_ = url.substr(7, (path_at == std::string_view::npos ? url.size() : path_at) - 7);
    const std::string_view port = url.substr(port_at, path_at - port_at);
    std::uint16_t number = 0;
    (void)std::from_chars(port.data(), port.data() + port.size(), number);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(number);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    (void)::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      give_up("the sandbox does not serve " + std::string(url));
    }
  }

  void post(std::string_view path, std::string_view type, std::string_view body) const {
    const std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: " + host_ +
                                "\r\nContent-Type: " + std::string(type) +
                                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) != std::ssize(request)) {
      give_up("the sandbox does not read");
    }
  }

  void receive() const {
    std::string text;
    std::size_t whole = std::string::npos;
    std::array<char, 16384> buffer{};
    while (text.size() < whole) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) give_up("the sandbox closed a connection");
      text.append(buffer.data(), static_cast<std::size_t>(count));
      const auto head = text.find("\r\n\r\n");
      if (whole == std::string::npos && head != std::string::npos)
        whole = head + 4 + length_in(text.substr(0, head + 2));
    }
    if (!text.starts_with("HTTP/1.1 20")) give_up("the sandbox refuses: " + text);
  }

 private:
  static std::size_t length_in(std::string head) {
    for (char& c : head) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto at = head.find("content-length: ");
    if (at == std::string::npos) give_up("the sandbox says no length: " + head);
    std::size_t length = 0;
    (void)std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
    return length;
  }

  UniqueFd socket_;
  std::string host_;
};

struct Services {
  HttpConnection authority;
  HttpConnection log;
  std::string authority_path;
};

std::string path_of(std::string_view url) {
  const auto slash = url.find('/', std::string_view("http://").size());
  return slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
}

}  // namespace

// The requests are made before the clock runs: a thing that Operation cannot say, so all of them are made at the start.
Operation services_client(const sandbox::Endpoints& urls, const BareModule& module) {
  struct Requests {
    std::string timestamp;
    std::string record;
  };
  constexpr int kPrepared = 1000;
  const auto services = std::make_shared<Services>(Services{
      .authority = HttpConnection(urls.tsa), .log = HttpConnection(urls.log), .authority_path = path_of(urls.tsa)});
  const auto prepared = std::make_shared<std::vector<Requests>>();
  const auto session = module.open();
  Digests digests;
  for (int i = 0; i < kPrepared; ++i) {
    const Digest digest = digests.next();
    const Bytes signature = BareModule::sign(*session, digest);
    const sigstore::HashedRekord record{
        .digest = digest,
        .signature = signature,
        .verifier = {.kind = sigstore::EntryVerifier::Kind::PublicKey, .der = to_bytes(module.key().spki())},
        .key_details = std::string(sigstore::key_details_name(module.key().kind()))};
    const Bytes timestamp =
        sigstore::encode_timestamp_request(sigstore::hash(HashAlgorithm::Sha256, signature), random_bytes(8));
    prepared->push_back(
        {.timestamp = std::string(text_of(timestamp)), .record = sigstore::encode_rekor_upload(record)});
  }
  return [services, prepared, next = std::make_shared<std::size_t>(0)] {
    const Requests& request = prepared->at((*next)++);
    services->authority.post(services->authority_path, "application/timestamp-query", request.timestamp);
    services->log.post("/api/v2/log/entries", "application/json", request.record);
    services->authority.receive();
    services->log.receive();
  };
}

}  // namespace signet::bench
