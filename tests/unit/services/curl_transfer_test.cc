#include "sigstore/services/curl_transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/services/awaited.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// OpenSSL's own server with a certificate for 127.0.0.1 that nobody trusts.
class TlsServer {
 public:
  explicit TlsServer(const std::vector<std::string>& options) {
    const std::string key = folder_ / "key.pem";
    const std::string certificate = folder_ / "certificate.pem";
    (void)test::run({.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                   "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=127.0.0.1", "-addext",
                                   "subjectAltName=IP:127.0.0.1"}},
                    Deadline::after(20s));
    std::vector<std::string> arguments = {"openssl",   "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                                          certificate, "-key",     key};
    arguments.insert(arguments.end(), options.begin(), options.end());
    server_.emplace(test::ProcessOptions{.arguments = std::move(arguments)});
  }

  /// The port that it has chosen and says; empty where it does not run.
  std::string port() {
    constexpr std::string_view kSays = "ACCEPT 127.0.0.1:";
    const Deadline deadline = Deadline::after(20s);
    while (!deadline.passed() && server_->running()) {
      const std::string output = server_->output();
      const auto at = output.find(kSays);
      const auto end = at == std::string::npos ? at : output.find('\n', at);
      if (end != std::string::npos) return output.substr(at + kSays.size(), end - at - kSays.size());
      std::this_thread::sleep_for(5ms);
    }
    return {};
  }

 private:
  test::TemporaryFolder folder_;
  std::optional<test::Process> server_;
};

std::string reason_of_refusal(const std::vector<std::string>& options) {
  TlsServer server(options);
  boost::asio::io_context loop{1};
  const auto transport = make_curl_transport(loop.get_executor());
  HttpRequest request;
  request.url = "https://127.0.0.1:" + server.port();
  const auto response = test::await_on(loop, transport->send(std::move(request), Deadline::after(20s)));
  if (response) return "it answered";
  EXPECT_EQ(response.error().code, ErrorCode::IssuerUnavailable);
  return response.error().what;
}

TEST(CurlTransfer, RefusesACertificateThatNobodyTrusts) {
  EXPECT_THAT(reason_of_refusal({"-tls1_2"}), HasSubstr("self-signed certificate"));
  EXPECT_THAT(reason_of_refusal({"-tls1_3"}), HasSubstr("self-signed certificate"));
}

TEST(CurlTransfer, SpeaksNoTlsBefore12) {
  const std::string reason = reason_of_refusal({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
  EXPECT_THAT(reason, HasSubstr("protocol"));
  EXPECT_THAT(reason, Not(HasSubstr("self-signed certificate")));
}

}  // namespace
}  // namespace signet::sigstore
